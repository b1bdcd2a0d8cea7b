package main

import (
	"encoding/binary"
	"io/ioutil"
	"unsafe"
)

// The objects that the roots of a heap file point to, and all objects while the heap is built.
var rootHeap, heapObjects []unsafe.Pointer

const heapFileMagic = 0x70616568 // "heap"

// buildHeapFile builds the heap of a file: little-endian words of 32 bits.
//
//	magic, objects, edges, roots
//	by object: its bytes
//	by object: its first edge; then the number of edges
//	by edge: its target object
//	by root: the object that it points to
//
// An object without references is pointer-free. One with references is an array
// of pointers of the object's size, the references first, so Go looks at each of its words, as
// a conservative collector does.
func buildHeapFile(path string) {
	b, err := ioutil.ReadFile(path)
	check(err)
	if len(b) < 16 || binary.LittleEndian.Uint32(b) != heapFileMagic {
		fail("%s is not a heap file of sweepgen's benchmark", path)
	}
	word := func(i int) int { return int(binary.LittleEndian.Uint32(b[4*i:])) }
	objects, edges, roots := word(1), word(2), word(3)
	sizes := 4
	firstEdge := sizes + objects
	targets := firstEdge + objects + 1
	rootsAt := targets + edges
	if len(b) != 4*(rootsAt+roots) {
		fail("%s has %d bytes, and its lists need %d", path, len(b), 4*(rootsAt+roots))
	}
	heapObjects = make([]unsafe.Pointer, objects)
	for i := range heapObjects {
		heapObjects[i] = newBlock(word(sizes+i), word(firstEdge+i+1)-word(firstEdge+i))
	}
	for i, p := range heapObjects {
		first, last := word(firstEdge+i), word(firstEdge+i+1)
		for e := first; e < last; e++ {
			(*[1 << 26]unsafe.Pointer)(p)[e-first] = heapObjects[word(targets+e)]
		}
	}
	rootHeap = make([]unsafe.Pointer, roots)
	for i := range rootHeap {
		rootHeap[i] = heapObjects[word(rootsAt+i)]
	}
	heapObjects = nil
}

// newBlock returns a new object of at least the bytes and the number of pointers.
func newBlock(bytes, pointers int) unsafe.Pointer {
	if pointers == 0 {
		if bytes == 0 {
			bytes = 1
		}
		b := make([]byte, bytes)
		return unsafe.Pointer(&b[0])
	}
	words := (bytes + 7) / 8
	if words < pointers {
		words = pointers
	}
	b := make([]unsafe.Pointer, words)
	return unsafe.Pointer(&b[0])
}
