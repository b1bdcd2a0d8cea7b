package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"strings"
)

// Rounds are the outer loop, so a slow period of the machine affects all rows
// equally and ratios within one run stay valid.

func measureMark(o options, rounds int) []result {
	var rows []result
	for _, g := range o.graphs {
		for _, t := range o.threads {
			rows = append(rows, result{Benchmark: g, Threads: t, Unit: "ms mark"})
		}
	}
	walls := make([][]float64, len(rows))
	singles := make([][]float64, len(rows))
	debug := "gctrace=1"
	if o.stw {
		debug += ",gcstoptheworld=1"
	}
	for round := 0; round < rounds; round++ {
		for i := range rows {
			c, trace := runChild(rows[i].Threads, []string{"GOGC=off", "GODEBUG=" + debug},
				"mark", rows[i].Benchmark, strconv.Itoa(o.gcs))
			times := forcedMarkTimes(trace)
			if len(times) != o.gcs+1 {
				fail("%s: %d forced collections in the trace, expected %d:\n%s", rows[i].Benchmark, len(times), o.gcs+1, trace)
			}
			times = times[1:] // the first one maps the collector's own memory
			rows[i].Samples = append(rows[i].Samples, median(times))
			singles[i] = append(singles[i], times...)
			walls[i] = append(walls[i], median(c.GCWallMs))
			rows[i].HeapObjects, rows[i].HeapBytes = c.HeapObjects, c.HeapBytes
		}
	}
	for i := range rows {
		rows[i].Median, rows[i].Min, rows[i].GCWallMs = median(rows[i].Samples), least(singles[i]), median(walls[i])
	}
	return rows
}

func measureChurn(o options, rounds int) []result {
	var rows []result
	for _, t := range o.threads {
		rows = append(rows, result{Benchmark: "churn", Threads: t, Unit: "ns/object"})
	}
	for round := 0; round < rounds; round++ {
		for i := range rows {
			c, _ := runChild(rows[i].Threads, []string{"GOGC=100"},
				"churn", strconv.Itoa(rows[i].Threads), strconv.Itoa(o.n), strconv.Itoa(o.ring))
			rows[i].Samples = append(rows[i].Samples, c.Seconds*1e9/float64(c.Objects))
			rows[i].NumGC = c.NumGC
		}
	}
	for i := range rows {
		rows[i].Median, rows[i].Min = median(rows[i].Samples), least(rows[i].Samples)
	}
	return rows
}

func measureTrees(o options, rounds int) result {
	row := result{Benchmark: "binary-trees", Threads: 1, Unit: "s"}
	for round := 0; round < rounds; round++ {
		c, _ := runChild(1, []string{"GOGC=100"}, "binary-trees", strconv.Itoa(o.depth))
		row.Samples = append(row.Samples, c.Seconds)
		row.NumGC = c.NumGC
	}
	row.Median, row.Min = median(row.Samples), least(row.Samples)
	return row
}

// runChild runs this program again as `child ARGS`. It returns the child's report
// and standard error.
func runChild(threads int, env []string, args ...string) (childReport, string) {
	self, err := os.Executable()
	check(err)
	cmd := exec.Command(self, append([]string{"child"}, args...)...)
	cmd.Env = append(os.Environ(), "GODEBUG=", "GOMEMLIMIT=off", "GOMAXPROCS="+strconv.Itoa(threads))
	cmd.Env = append(cmd.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		fail("child %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	var c childReport
	check(json.Unmarshal(stdout.Bytes(), &c))
	return c, stderr.String()
}

// forcedMarkTimes reads the gctrace lines of forced collections, such as
//
//	gc 3 @0.512s 21%: 0.018+1.3+0.010 ms clock, 0.018+0.1/1.1/0+0.010 ms cpu, …, 1 P (forced)
//
// and returns, in ms, the sum of the wall-clock phases of each: sweep
// termination, concurrent mark, mark termination.
func forcedMarkTimes(trace string) []float64 {
	var times []float64
	for _, line := range strings.Split(trace, "\n") {
		end := strings.Index(line, " ms clock")
		if !strings.HasPrefix(line, "gc ") || end < 0 || !strings.HasSuffix(strings.TrimSpace(line), "(forced)") {
			continue
		}
		sum := 0.0
		for _, phase := range strings.Split(line[strings.LastIndex(line[:end], " ")+1:end], "+") {
			ms, err := strconv.ParseFloat(phase, 64)
			check(err)
			sum += ms
		}
		times = append(times, sum)
	}
	return times
}

func median(xs []float64) float64 {
	if len(xs) == 0 {
		panic("median of nothing")
	}
	s := append([]float64(nil), xs...)
	sort.Float64s(s)
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func least(xs []float64) float64 {
	m := xs[0]
	for _, x := range xs {
		if x < m {
			m = x
		}
	}
	return m
}
