package main

import (
	"encoding/binary"
	"io/ioutil"
	"os"
	"strings"
	"testing"
	"unsafe"
)

func TestDrawIsMarsagliasXorshift(t *testing.T) {
	rng := graphSeed
	if got := rng.draw(); got != 723471715 {
		t.Errorf("first draw %d, expected 723471715", got)
	}
}

func TestMarkTimesOfForcedCollectionsAreTheirClockPhases(t *testing.T) {
	got := markTimes(`gc 1 @0.5s 2%: 0.25+8.0+0.25 ms clock, 0.5+0/1/2+0.5 ms cpu, 4->4->2 MB, 4 MB goal, 2 P (forced)
gc 2 @0.5s 2%: 1+1+1 ms clock, 0.5+0/1/2+0.5 ms cpu, 4->4->2 MB, 4 MB goal, 2 P
scav 0 KiB work
gc 3 @0.5s 2%: 0.5+16+0.5 ms clock, 0.5+0/1/2+0.5 ms cpu, 4->4->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)
`)
	if len(got) != 2 || got[0] != 8.5 || got[1] != 17 {
		t.Errorf("%v, expected [8.5 17]", got)
	}
}

func TestMarkTimesOfOldGosLeaveOutStoppingAndSweeping(t *testing.T) {
	got := markTimes(`gc1(1): 3+100+250+0 us, 0 -> 4 MB, 2 (3-1) objects, 0/0/0 sweeps, 0(0) handoff, 0(0) steal, 0/0/0 yields
gc2(2): 5+0+43000+500 us, 64 -> 128 MB, 5 (7-2) objects, 4 goroutines, 1/2/3 sweeps, 0(0) handoff, 0(0) steal, 0/0/0 yields
`)
	if len(got) != 2 || got[0] != 0.25 || got[1] != 43.5 {
		t.Errorf("%v, expected [0.25 43.5]", got)
	}
}

func TestChildHasEachVariableOnce(t *testing.T) {
	os.Setenv("GODEBUG", "gctrace=0")
	n := 0
	for _, each := range environment([]string{"GODEBUG=gctrace=1"}) {
		if strings.HasPrefix(each, "GODEBUG=") {
			n++
			if each != "GODEBUG=gctrace=1" {
				t.Error(each)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d times", n)
	}
}

func TestHeapFileBecomesItsObjects(t *testing.T) {
	// Three objects: 0 points to 1 and 2, 1 to 0; the root points to 0.
	words := []uint32{heapFileMagic, 3, 3, 1, 32, 8, 100, 0, 2, 3, 3, 1, 2, 0, 0}
	f, err := ioutil.TempFile("", "peers")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(f.Name())
	if err := binary.Write(f, binary.LittleEndian, words); err != nil {
		t.Fatal(err)
	}
	f.Close()
	buildHeapFile(f.Name())
	zero := (*[4]unsafe.Pointer)(rootHeap[0])
	one := (*[1]unsafe.Pointer)(zero[0])
	if len(rootHeap) != 1 || one[0] != rootHeap[0] || zero[1] == nil || zero[2] != nil || zero[3] != nil {
		t.Errorf("%v %v", *zero, *one)
	}
}

func TestMedian(t *testing.T) {
	if got := median([]float64{3, 1, 2}); got != 2 {
		t.Errorf("odd: %v", got)
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("even: %v", got)
	}
}
