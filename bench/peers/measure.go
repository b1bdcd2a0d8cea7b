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

// noGC keeps the pacer from collecting. With GOGC=off, Go 1.3 doesn't collect when it is told to, either.
const noGC = "GOGC=1000000"

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
			c, trace := runChild(rows[i].Threads, []string{noGC, "GODEBUG=" + debug},
				"mark", rows[i].Benchmark, strconv.Itoa(o.gcs))
			times := markTimes(trace)
			if len(times) <= o.gcs {
				fail("%s: %d collections in the trace, expected %d:\n%s", rows[i].Benchmark, len(times), o.gcs+1, trace)
			}
			// Of the earlier ones, the last maps the collector's own memory.
			times = times[len(times)-o.gcs:]
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
func runChild(threads int, settings []string, args ...string) (childReport, string) {
	self, err := exec.LookPath(os.Args[0])
	check(err)
	cmd := exec.Command(self, append([]string{"child"}, args...)...)
	cmd.Env = environment(append(settings, "GOMAXPROCS="+strconv.Itoa(threads)))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		fail("child %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	var c childReport
	check(json.Unmarshal(stdout.Bytes(), &c))
	return c, stderr.String()
}

// environment returns this process's variables with the settings in place of those that
// change how Go collects. Each is there once: old Gos read the first of two, new ones the last.
func environment(settings []string) []string {
	var env []string
	for _, each := range os.Environ() {
		switch strings.SplitN(each, "=", 2)[0] {
		case "GODEBUG", "GOGC", "GOMEMLIMIT", "GOMAXPROCS":
		default:
			env = append(env, each)
		}
	}
	return append(env, settings...)
}

// markTimes reads the gctrace lines of all collections that a forced one may be, and returns the mark
// time of each in ms. Since Go 1.5 a line is
//
//	gc 3 @0.512s 21%: 0.018+1.3+0.010 ms clock, 0.018+0.1/1.1/0+0.010 ms cpu, …, 1 P (forced)
//
// and the mark time is the sum of the wall-clock phases: sweep termination, concurrent mark, mark
// termination. Go 1.2 to 1.4 write
//
//	gc8(2): 5+0+43210+12 us, 64 -> 128 MB, …
//
// The first two numbers are stopping the world and sweeping what is left; the third is marking, and the
// fourth waiting for the last helper. These don't tell whether a collection was forced.
func markTimes(trace string) []float64 {
	var times []float64
	for _, line := range strings.Split(trace, "\n") {
		if text, ok := between(line, "gc ", " ms clock"); ok && strings.HasSuffix(strings.TrimSpace(line), "(forced)") {
			times = append(times, sum(text[strings.LastIndex(text, " ")+1:]))
		} else if text, ok := between(line, "gc", " us, "); ok && strings.Contains(text, "): ") {
			phases := strings.SplitN(text[strings.Index(text, "): ")+3:], "+", 3)
			times = append(times, sum(phases[len(phases)-1])/1e3)
		}
	}
	return times
}

// between returns what a line that begins with a prefix has before the end, and whether it has both.
func between(line, prefix, end string) (string, bool) {
	at := strings.Index(line, end)
	if at < 0 || !strings.HasPrefix(line, prefix) {
		return "", false
	}
	return line[:at], true
}

// sum adds the numbers of "0.018+1.3+0.010".
func sum(text string) float64 {
	total := 0.0
	for _, each := range strings.Split(text, "+") {
		x, err := strconv.ParseFloat(each, 64)
		check(err)
		total += x
	}
	return total
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
