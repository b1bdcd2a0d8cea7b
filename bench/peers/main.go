// Command peers measures Go's own allocator and collector on the graphs and
// workloads that sweepgen measures:
//
//	peers mark            mark time of five graphs, or of heap files, on 1 and 2 threads
//	peers churn           allocation of 32-byte objects, collections included
//	peers binary-trees    the Benchmarks Game program, on one thread
//	peers sequence S N M  allocation statistics of a seeded sequence
//	peers all             the first three
//
// Each figure comes from its own child process: this program again, with
// GOMAXPROCS, GOGC and GODEBUG set. No measurement inherits the heap, the
// pacing or the page tables of the previous one.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

type options struct {
	rounds  int
	gcs     int
	graphs  []string
	threads []int
	stw     bool
	n       int
	ring    int
	depth   int
	json    bool
}

// result is one row of the table. Samples has one figure per round; Min is the
// smallest figure of all, including single collections.
type result struct {
	Benchmark   string    `json:"benchmark"`
	Threads     int       `json:"threads"`
	Unit        string    `json:"unit"`
	Median      float64   `json:"median"`
	Min         float64   `json:"min"`
	Samples     []float64 `json:"samples"`
	GCWallMs    float64   `json:"gc_wall_ms,omitempty"` // runtime.GC() as a whole: mark, and sweep to the end
	HeapObjects uint64    `json:"heap_objects,omitempty"`
	HeapBytes   uint64    `json:"heap_bytes,omitempty"`
	NumGC       uint32    `json:"collections,omitempty"` // in the last round
}

type report struct {
	Go      string   `json:"go"`
	Os      string   `json:"goos"`
	Arch    string   `json:"goarch"`
	Cpus    int      `json:"cpus"`
	Gcs     int      `json:"gcs"`
	Stw     bool     `json:"gcstoptheworld"`
	Results []result `json:"results"`
}

const usage = `usage: peers COMMAND [flags]

  mark          mark time, ms, of tree list rand wide mixed, or of heap files
  churn         ns per 32-byte object, collections included
  binary-trees  seconds, one thread
  sequence      allocation statistics: sequence SEED N MAX (12345 20000 2048)
  all           mark, churn and binary-trees

Flags follow the command; "peers mark -h" lists them.
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	command, args := os.Args[1], os.Args[2:]
	switch command {
	case "child":
		child(args)
	case "sequence":
		sequence(args)
	case "mark", "churn", "binary-trees", "all":
		measure(command, parse(command, args))
	case "help", "-h", "-help", "--help":
		fmt.Print(usage)
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
}

func parse(command string, args []string) options {
	var o options
	var graphs, threads string
	f := flag.NewFlagSet(command, flag.ExitOnError)
	f.IntVar(&o.rounds, "rounds", 0, "processes per figure (default: 9 for mark, 3 for the others)")
	f.IntVar(&o.gcs, "gcs", 10, "mark: forced collections per round, after one that warms up")
	f.StringVar(&graphs, "graphs", strings.Join(graphNames, ","), "mark: which graphs; a name with a slash is a heap file")
	f.StringVar(&threads, "threads", "1,2", "mark, churn: values of GOMAXPROCS")
	f.BoolVar(&o.stw, "stw", false, "mark: GODEBUG=gcstoptheworld=1, a dedicated mark worker on every P")
	f.IntVar(&o.n, "n", 50000000, "churn: objects allocated, by all threads together")
	f.IntVar(&o.ring, "ring", 100000, "churn: objects that each thread keeps")
	f.IntVar(&o.depth, "depth", 18, "binary-trees: depth")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.Parse(args)
	if f.NArg() > 0 {
		fail("unexpected argument %q", f.Arg(0))
	}
	o.graphs = strings.Split(graphs, ",")
	for _, g := range o.graphs {
		if builderOf(g) == nil {
			fail("no graph %q; there are %s, and files, named with a slash", g, strings.Join(graphNames, " "))
		}
	}
	for _, s := range strings.Split(threads, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			fail("bad -threads %q", threads)
		}
		o.threads = append(o.threads, n)
	}
	if o.rounds < 0 || o.gcs < 1 || o.n < 1 || o.ring < 1 || o.depth < 6 || o.depth > 30 {
		fail("a flag is out of range")
	}
	return o
}

func measure(command string, o options) {
	markRounds, otherRounds := o.rounds, o.rounds
	if o.rounds == 0 {
		markRounds, otherRounds = 9, 3
	}
	r := report{Go: runtime.Version(), Os: runtime.GOOS, Arch: runtime.GOARCH, Cpus: runtime.NumCPU(),
		Gcs: o.gcs, Stw: o.stw}
	all := command == "all"
	if all || command == "mark" {
		r.Results = append(r.Results, measureMark(o, markRounds)...)
	}
	if all || command == "churn" {
		r.Results = append(r.Results, measureChurn(o, otherRounds)...)
	}
	if all || command == "binary-trees" {
		r.Results = append(r.Results, measureTrees(o, otherRounds))
	}
	if o.json {
		out, err := json.MarshalIndent(r, "", "  ")
		check(err)
		fmt.Printf("%s\n", out)
		return
	}
	printTable(r)
}

func printTable(r report) {
	fmt.Printf("%s %s/%s, %d CPUs\n\n", r.Go, r.Os, r.Arch, r.Cpus)
	fmt.Printf("| %-12s | threads | %8s | %8s | %-9s | rounds | GC() as a whole, ms | objects |\n", "benchmark", "median", "min", "unit")
	fmt.Printf("|--------------|---------|----------|----------|-----------|--------|---------------------|---------|\n")
	for _, x := range r.Results {
		wall, objects := "-", "-"
		if x.GCWallMs > 0 {
			wall, objects = fmt.Sprintf("%.1f", x.GCWallMs), fmt.Sprint(x.HeapObjects)
		}
		fmt.Printf("| %-12s | %7d | %8.2f | %8.2f | %-9s | %6d | %19s | %7s |\n",
			x.Benchmark, x.Threads, x.Median, x.Min, x.Unit, len(x.Samples), wall, objects)
	}
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "peers: "+format+"\n", args...)
	os.Exit(1)
}
