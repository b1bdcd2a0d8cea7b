package main

import "testing"

func TestDrawIsMarsagliasXorshift(t *testing.T) {
	rng := graphSeed
	if got := rng.draw(); got != 723471715 {
		t.Errorf("first draw %d, expected 723471715", got)
	}
}

func TestMarkTimesAreTheClockPhasesOfForcedCollections(t *testing.T) {
	got := forcedMarkTimes(`gc 1 @0.5s 2%: 0.25+8.0+0.25 ms clock, 0.5+0/1/2+0.5 ms cpu, 4->4->2 MB, 4 MB goal, 2 P (forced)
gc 2 @0.5s 2%: 1+1+1 ms clock, 0.5+0/1/2+0.5 ms cpu, 4->4->2 MB, 4 MB goal, 2 P
scav 0 KiB work
gc 3 @0.5s 2%: 0.5+16+0.5 ms clock, 0.5+0/1/2+0.5 ms cpu, 4->4->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)
`)
	if len(got) != 2 || got[0] != 8.5 || got[1] != 17 {
		t.Errorf("%v, expected [8.5 17]", got)
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
