package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"unsafe"
)

// Package variables, because a MemStats on the heap would count itself.
var (
	statsBefore, statsAll, statsDropped runtime.MemStats
	kept                                []unsafe.Pointer
)

// sequence allocates n blocks of 1..max bytes, an even draw making one without
// pointers and an odd one an array of pointers, then drops about three in four.
// It prints how the allocator's statistics changed after each half.
func sequence(args []string) {
	seed, n, max := 12345, 20000, 2048
	if len(args) != 0 && len(args) != 3 {
		fail("sequence takes SEED N MAX")
	}
	for i, into := range []*int{&seed, &n, &max} {
		if len(args) == 3 {
			v, err := strconv.Atoi(args[i])
			check(err)
			*into = v
		}
	}
	if seed < 1 || int64(seed) > 1<<32-1 || n < 1 || max < 1 {
		fail("sequence: out of range")
	}
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1)
	kept = make([]unsafe.Pointer, n)
	runtime.GC()
	runtime.GC() // the second call finishes the sweep of the first
	runtime.ReadMemStats(&statsBefore)

	rng := xorshift(seed)
	for i := range kept {
		r := rng.draw()
		size := int(rng.draw()%uint32(max)) + 1
		if r%2 == 0 {
			b := make([]byte, size)
			kept[i] = unsafe.Pointer(&b[0])
		} else {
			b := make([]unsafe.Pointer, (size+7)/8)
			kept[i] = unsafe.Pointer(&b[0])
		}
	}
	runtime.ReadMemStats(&statsAll)

	for i := range kept {
		if rng.draw()&3 != 0 {
			kept[i] = nil
		}
	}
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&statsDropped)

	fmt.Printf("# %s seed n max = %d %d %d\n", versionTag(), seed, n, max)
	printStats("all", &statsAll)
	printStats("dropped", &statsDropped)
}

func printStats(name string, s *runtime.MemStats) {
	b := &statsBefore
	fmt.Printf("%s mallocs=%d frees=%d alloc=%d total_alloc=%d heap_inuse=%d\n", name,
		s.Mallocs-b.Mallocs, s.Frees-b.Frees, int64(s.Alloc-b.Alloc), s.TotalAlloc-b.TotalAlloc, int64(s.HeapInuse-b.HeapInuse))
	fmt.Printf("%s by_size", name)
	for i := range s.BySize {
		mallocs, frees := s.BySize[i].Mallocs-b.BySize[i].Mallocs, s.BySize[i].Frees-b.BySize[i].Frees
		if mallocs != 0 || frees != 0 {
			fmt.Printf(" %d:%d:%d", s.BySize[i].Size, mallocs, frees)
		}
	}
	fmt.Println()
}

// versionTag turns go1.19.8 into go119.
func versionTag() string {
	parts := strings.SplitN(runtime.Version(), ".", 3)
	if len(parts) < 2 || !strings.HasPrefix(parts[0], "go") {
		return runtime.Version()
	}
	return parts[0] + parts[1]
}
