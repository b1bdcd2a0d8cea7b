package main

import (
	"strings"
	"unsafe"
)

// node is the 32-byte object of tree, rand and churn: pointers first, then padding.
type node struct {
	a, b *node
	x, y uint64
}

// listNode is the 32-byte object of list, with one pointer.
type listNode struct {
	next    *listNode
	x, y, z uint64
}

// The roots are package variables, so they are in bss.
var (
	rootNode  *node
	rootList  *listNode
	rootNodes []*node
	rootWide  []*[2]uint64
	rootMixed []unsafe.Pointer
)

var graphNames = []string{"tree", "list", "rand", "wide", "mixed"}

var builders = map[string]func(){
	"tree":  buildTree,
	"list":  buildList,
	"rand":  buildRand,
	"wide":  buildWide,
	"mixed": buildMixed,
}

// builderOf returns the function that builds a graph, or the heap of a file; nil if there is neither.
func builderOf(name string) func() {
	if strings.Contains(name, "/") {
		return func() { buildHeapFile(name) }
	}
	return builders[name]
}

// rng is xorshift32, the generator of all graphs and sequences.
type xorshift uint32

const graphSeed xorshift = 2463534242

func (s *xorshift) draw() uint32 {
	x := *s
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	*s = x
	return uint32(x)
}

// A complete binary tree of depth 22, 4,194,303 nodes, allocated in pre-order.
func buildTree() { rootNode = subtree(22) }

func subtree(depth int) *node {
	n := new(node)
	if depth > 1 {
		n.a = subtree(depth - 1)
		n.b = subtree(depth - 1)
	}
	return n
}

// 1,000,000 nodes, allocated in the order of the list.
func buildList() {
	tail := new(listNode)
	rootList = tail
	for i := 1; i < 1000000; i++ {
		tail.next = new(listNode)
		tail = tail.next
	}
}

// 2,000,000 nodes, all allocated before the first is linked.
func buildRand() {
	const n = 2000000
	rootNodes = make([]*node, n)
	for i := range rootNodes {
		rootNodes[i] = new(node)
	}
	rng := graphSeed
	for _, p := range rootNodes {
		p.a = rootNodes[rng.draw()%n]
		p.b = rootNodes[rng.draw()%n]
	}
}

// One slice of 4,000,000 pointers to pointer-free objects of 16 bytes.
func buildWide() {
	rootWide = make([]*[2]uint64, 4000000)
	for i := range rootWide {
		rootWide[i] = new([2]uint64)
	}
}

// 1,000,000 objects of nine classes; each points to earlier ones only. An object
// draws its class and then its pointers; the first object draws its class alone.
func buildMixed() {
	rootMixed = make([]unsafe.Pointer, 1000000)
	rng := graphSeed
	for i := range rootMixed {
		p, pointers := newMixed(rng.draw() % 9)
		rootMixed[i] = p
		if i == 0 {
			continue
		}
		for j := range pointers {
			pointers[j] = rootMixed[rng.draw()%uint32(i)]
		}
	}
}

type (
	mixed16 struct {
		p [1]unsafe.Pointer
		_ [1]uint64
	}
	mixed32 struct {
		p [1]unsafe.Pointer
		_ [3]uint64
	}
	mixed48 struct {
		p [1]unsafe.Pointer
		_ [5]uint64
	}
	mixed64 struct {
		p [2]unsafe.Pointer
		_ [6]uint64
	}
	mixed96 struct {
		p [3]unsafe.Pointer
		_ [9]uint64
	}
	mixed128 struct {
		p [4]unsafe.Pointer
		_ [12]uint64
	}
	mixed256 struct {
		p [8]unsafe.Pointer
		_ [24]uint64
	}
	mixed512 struct {
		p [16]unsafe.Pointer
		_ [48]uint64
	}
	mixed1024 struct {
		p [32]unsafe.Pointer
		_ [96]uint64
	}
)

// newMixed returns a new object of the class, and its pointer words.
func newMixed(class uint32) (unsafe.Pointer, []unsafe.Pointer) {
	switch class {
	case 0:
		o := new(mixed16)
		return unsafe.Pointer(o), o.p[:]
	case 1:
		o := new(mixed32)
		return unsafe.Pointer(o), o.p[:]
	case 2:
		o := new(mixed48)
		return unsafe.Pointer(o), o.p[:]
	case 3:
		o := new(mixed64)
		return unsafe.Pointer(o), o.p[:]
	case 4:
		o := new(mixed96)
		return unsafe.Pointer(o), o.p[:]
	case 5:
		o := new(mixed128)
		return unsafe.Pointer(o), o.p[:]
	case 6:
		o := new(mixed256)
		return unsafe.Pointer(o), o.p[:]
	case 7:
		o := new(mixed512)
		return unsafe.Pointer(o), o.p[:]
	default:
		o := new(mixed1024)
		return unsafe.Pointer(o), o.p[:]
	}
}
