package main

import (
	"encoding/json"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// childReport is what a child prints for its parent, as JSON on standard output.
type childReport struct {
	GCWallMs    []float64
	HeapObjects uint64
	HeapBytes   uint64
	Seconds     float64
	Objects     int
	NumGC       uint32
}

func child(args []string) {
	number := func(i int) int {
		n, err := strconv.Atoi(args[i])
		check(err)
		return n
	}
	var r childReport
	switch args[0] {
	case "mark":
		r = markChild(builderOf(args[1]), number(2))
	case "churn":
		r = churnChild(number(1), number(2), number(3))
	case "binary-trees":
		r = treesChild(uint(number(1)))
	}
	check(json.NewEncoder(os.Stdout).Encode(r))
}

// markChild runs with a GOGC so large that only forced collections happen once the heap has a
// few MB. The parent reads their mark times from the gctrace.
func markChild(build func(), gcs int) childReport {
	build()
	r := childReport{GCWallMs: make([]float64, 0, gcs)}
	runtime.GC()
	for i := 0; i < gcs; i++ {
		start := time.Now()
		runtime.GC()
		r.GCWallMs = append(r.GCWallMs, time.Since(start).Seconds()*1e3)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.HeapObjects, r.HeapBytes = m.HeapObjects, m.HeapAlloc
	return r
}

var rings [][]*node

// churnChild allocates n objects, divided among the goroutines. Each goroutine has
// a ring, in which a new object replaces the oldest. The objects' pointers stay nil.
func churnChild(threads, n, ring int) childReport {
	rings = make([][]*node, threads)
	for t := range rings {
		rings[t] = make([]*node, ring)
	}
	share := n / threads
	var done sync.WaitGroup
	done.Add(threads)
	start := time.Now()
	for t := range rings {
		go func(r []*node) {
			defer done.Done()
			slot := 0
			for i := 0; i < share; i++ {
				r[slot] = new(node)
				if slot++; slot == len(r) {
					slot = 0
				}
			}
		}(rings[t])
	}
	done.Wait()
	return finish(start, share*threads)
}

func finish(start time.Time, objects int) childReport {
	seconds := time.Since(start).Seconds()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return childReport{Seconds: seconds, Objects: objects, NumGC: m.NumGC}
}

type treeNode struct{ left, right *treeNode }

func bottomUpTree(depth uint) *treeNode {
	if depth == 0 {
		return &treeNode{}
	}
	return &treeNode{bottomUpTree(depth - 1), bottomUpTree(depth - 1)}
}

func (n *treeNode) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

// treesChild runs binary-trees of the Computer Language Benchmarks Game. It checks
// the node counts instead of printing them.
func treesChild(maxDepth uint) childReport {
	const minDepth = 4
	expect := func(got, want int) {
		if got != want {
			fail("binary-trees counted %d nodes, expected %d", got, want)
		}
	}
	objects := 0
	start := time.Now()
	expect(bottomUpTree(maxDepth+1).count(), 1<<(maxDepth+2)-1)
	longLived := bottomUpTree(maxDepth)
	for depth := uint(minDepth); depth <= maxDepth; depth += 2 {
		iterations := 1 << (maxDepth - depth + minDepth)
		nodes := 0
		for i := 0; i < iterations; i++ {
			nodes += bottomUpTree(depth).count()
		}
		expect(nodes, iterations*(1<<(depth+1)-1))
		objects += nodes
	}
	expect(longLived.count(), 1<<(maxDepth+1)-1)
	return finish(start, objects)
}
