/** The command line: its output, the machines that it starts, and its exit codes. */
import { describe, expect, it } from 'vitest';
import { EXIT, Fatal, UsageError } from '../../src/base/fatal.ts';
import { MachineStuck, Stopped } from '../../src/run/errors.ts';
import { SCAVENGE } from '../../src/malloc/scavenge-log.ts';
import { RunDocument, ScaleDocument } from '../../src/report/json.ts';
import type { HeapFacts } from '../../src/workloads/heaps/heap-facts.ts';
import type { RuntimeOptions } from '../../src/run/api.ts';
import { progressOf, cli, collecting, cycleOf, image, resultOf, terminalOf, type Play } from './fakes.ts';

const BROKEN = new Fatal('SPAN_DOUBLE_SWEEP', { span: 12 }, EXIT.invariant);
const FULL = new Fatal('OUT_OF_MEMORY', { what: 'arena', size: 64, arenaBytes: 1 << 20, inuseBytes: 1 << 20, liveBytes: 1 << 20 }, EXIT.memory);

describe('sweepgen', () => {
  it('shows help with every command and the exit codes when asked for nothing', async () => {
    for (const line of ['', '--help']) {
      const { code, out, err } = await cli(line);
      expect([code, err]).toEqual([0, '']);
      for (const command of ['start', 'run', 'scale', 'stress', 'sequence']) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
      expect(out).toContain('2    the command line, a heap file or a workload module is unusable');
      for (const shown of out.split('\n')) expect(shown.length).toBeLessThanOrEqual(80);
    }
  });

  it.each(['start', 'run', 'scale', 'stress', 'sequence'])('shows help with examples for %s', async (command) => {
    const { code, out } = await cli(`${command} --help`);
    expect(code).toBe(0);
    expect(out).toContain('Examples:');
    expect(out).toContain('Exit codes:');
    for (const shown of out.split('\n')) expect(shown.length).toBeLessThanOrEqual(80);
  });

  it('shows the commands of a command that has some when asked for nothing', async () => {
    for (const line of ['campaign', 'campaign --help', 'help campaign']) {
      const { code, out, err } = await cli(line);
      expect([code, err]).toEqual([0, '']);
      for (const command of ['status', 'html', 'merge', 'verify']) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
      expect(out).toContain('Exit codes:');
    }
    expect((await cli('help campaign merge')).out).toBe((await cli('campaign merge --help')).out);
    expect((await cli('help campaign merge')).out).toMatch(/Usage: sweepgen campaign merge [^]*--debug[^]*Examples:[^]*Exit codes:/);
  });

  it('prints its version', async () => {
    expect(await cli('--version')).toMatchObject({ code: 0, out: '1.2.3\n' });
  });

  it.each([
    ['rnu', "there is no command 'rnu'; did you mean run?"],
    ['campaign stats', "there is no command 'campaign stats'; did you mean status?"],
    ['campaign --jsn', "unknown option '--jsn'; there are --help and --version"],
    ['run --prosc 2', "unknown option '--prosc'; did you mean --procs?"],
    ['run --procs', "option '--procs <n>' argument missing"],
    ['run --procs 0', "--procs must be a whole number from 1 to 64, not '0'"],
    ['run --procs 65', "--procs must be a whole number from 1 to 64, not '65'"],
    ['run --arena 1K', '--arena 1K is too small: nothing runs in less than 64K'],
    ['run --arena 8G', '--arena 8G is too large: the arena must be smaller than 8G, and most machines can have 6500M, and 2900M with --goarch 386'],
    ['run --gctrace tree', "--gctrace takes 1 or 2, not 'tree'; write --gctrace=1, or put it last"],
    ['run --gctrace-form 1.9', "--gctrace-form must be 1.3, 1.4, 1.5 or 1.8, not '1.9'"],
    ['run nothing', "there is no workload 'nothing'; there are churn, binary-trees, collect, tree and sequence (a module of yours is named by its path, as ./nothing.mjs)"],
    ['run chrun', "there is no workload 'chrun'; did you mean churn? (a module of yours is named by its path, as ./chrun.mjs)"],
    ['run churn extra', "too many arguments for 'run'. Expected 1 argument but got 2."],
    ['run churn --set cuont=5', "workload churn has no 'cuont' to --set; did you mean count?"],
    ['scale tre', "there is no heap 'tre'; did you mean tree?"],
    ['scale --procs 1,x', "each number in --procs must be a whole number from 1 to 32, not 'x'"],
    ['stress --seconds 0', "--seconds must be a time such as 30, 90s, 5m or 1h, at most 30 days, not '0'"],
    ['sequence --seed 0', "--seed must be a whole number from 1 to 4294967295, not '0'"],
  ])('refuses "%s" in a sentence, and starts nothing', async (line, sentence) => {
    const { code, out, err, started } = await cli(line);
    expect(err).toBe(`sweepgen: ${sentence}\n`);
    expect([code, out, started.length]).toEqual([2, '', 0]);
  });

  it.each([
    ['campaign status nowhere.jsonl', 'campaign status'],
    ['campaign stats', 'campaign'],
    ['explore run', 'explore'],
    ['rnu', null],
  ])('names the command of "%s --json" in the error', async (line, command) => {
    expect(JSON.parse((await cli(`${line} --json`)).err)).toMatchObject({ command });
  });

  it('puts its name before each line of an error', async () => {
    const { code, err } = await cli('run churn', () => new MachineStuck('nothing has moved for 20 s', 'P0 marks\nP1 waits'));
    expect(err).toBe('sweepgen: nothing has moved for 20 s\nsweepgen: P0 marks\nsweepgen: P1 waits\n');
    expect(code).toBe(4);
  });

  it('takes --debug anywhere', async () => {
    const { err } = await cli('run churn --debug', () => new TypeError('odd'));
    expect(err).toContain('sweepgen: odd\n');
    expect(err).toContain('program.test.ts');
  });
});

describe('sweepgen run', () => {
  it('hands its options on', async () => {
    const { started, stopped } = await cli('run churn --procs 3 --gogc off --arena 64M --seed 9 --set count=5 --verify');
    expect(started).toMatchObject([
      { workload: 'churn', procs: 3, gogc: 'off', arena: 64 << 20, seed: 9, params: { count: 5, threads: 1 }, verify: true },
    ]);
    expect(stopped).toBe(1);
  });

  it.each([['', 100], ['250', 250], ['off', 'off'], ['-1', 'off']])("takes GOGC=%s from the environment, unless it is told otherwise", async (GOGC, gogc) => {
    expect((await cli('run', undefined, { env: { GOGC } })).started).toMatchObject([{ gogc }]);
    expect((await cli('run --gogc 7', undefined, { env: { GOGC } })).started).toMatchObject([{ gogc: 7 }]);
  });

  it('refuses a GOGC that is no number', async () => {
    expect(await cli('run', undefined, { env: { GOGC: 'many' } })).toMatchObject({
      code: 2, started: [], err: "sweepgen: the environment's GOGC, unless it is 'off', must be a whole number from 0 to 100000, not 'many'\n",
    });
  });

  it('prints the report of the workload, then the summary of the machine', async () => {
    const cycles = [cycleOf({ pauseNs: 1e6, markNs: 8e5 }), cycleOf({ pauseNs: 3e6, markNs: 2e6, forced: 1 })];
    const { code, out, err } = await cli('run', () => resultOf({ cycles, lines: ['5 objects'], verified: 5 }));
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`\
5 objects
churn, 2 Ps, GOGC 100, seed 1
  ran for          100 ms
  allocated        2,000,000 objects, 64.0 MB, 50 ns each
  live at the end  65,536 objects, 2.00 MB
  heap             3.00 MB in spans of 8.00 MB from the arena
  collections      2, 1 of them forced
  pauses           median 2.00 ms, longest 3.00 ms
  mark time        median 1.40 ms, longest 2.00 ms
  verified         5 checkpoints, nothing wrong
`);
  });

  it('traces collections on stderr', async () => {
    const { out, err } = await cli('run --gctrace', () => resultOf({ cycles: [cycleOf(), cycleOf({ numgc: 2 })] }));
    expect(err.split('\n').map((line) => line.slice(0, 7))).toEqual(['gc1(1):', 'gc2(1):', '']);
    expect(out).not.toContain('gc1');
  });

  const facts: HeapFacts = {
    format: 'Go heap dump 1.4',
    roots: { data: 1, bss: 1234, frames: 3, finalizers: 0, other: 2 },
    goroutines: { count: 9, frames: 40, waiting: ['chan receive', 'select', 'sleep', 'IO wait', 'semacquire'].map((reason, i) => ({ reason, count: 4 - Math.min(i, 3) })) },
    by: 'size',
    groups: [{ name: '32', objects: 2, bytes: 64 }, { name: '1024', objects: 1, bytes: 32 }, { name: 'all others', objects: 9, bytes: 9 }],
  };
  const account = { objects: 3, edges: 2, reachable: 3, unreachable: 0, freed: 0, inUse: 0, inPlace: false };
  const withFacts = { readHeapFile: async (name: string) => ({ ...image, name, facts }) };

  it('loads a heap file first, and then collects unless told otherwise', async () => {
    const { code, out, started } = await cli('run --heap app.heapdump.gz --heapdump out.gz', () =>
      resultOf({ heap: { ...account, objects: 1234, reachable: 1200, unreachable: 34, freed: 30, inUse: 4 }, heapdump: { path: 'out.gz', objects: 7, bytes: 2048 } }), withFacts);
    expect(code).toBe(0);
    expect(started).toMatchObject([{ workload: 'collect', heap: { name: 'app.heapdump.gz' }, heapdump: 'out.gz' }]);
    expect(out).toContain(`\
app.heapdump.gz: 3 objects, 96 B
  format      Go heap dump 1.4
  roots       1 in data, 1,234 in bss, 3 in 40 frames of 9 goroutines, 2 other
  goroutines  4 in chan receive, 3 in select, 2 in sleep, 1 in IO wait
   size  objects  bytes  of the heap
     32        2   64 B         67 %
  1,024        1   32 B         33 %
collect, 2 Ps, GOGC 100, seed 1
`);
    expect(out).toContain('  loaded           1,234 objects and 2 edges read; 1,200 reachable from roots, 34 unreachable: 30 freed, the blocks of 4 in use\n');
    expect(out).toContain('  dumped           7 objects to out.gz, 2.00 KB\n');
    expect((await cli('run churn --heap app.heapdump', undefined, withFacts)).started).toMatchObject([{ workload: 'churn', heap: { facts } }]);
  });

  it('prints the fate of the objects that it loaded', async () => {
    const said = async (changes: object) => (await cli('run --heap x.gz', () => resultOf({ heap: { ...account, ...changes } }))).out;
    expect(await said({})).toContain('loaded           3 objects and 2 edges read; 3 reachable from roots, 0 unreachable and freed\n');
    expect(await said({ inPlace: true })).toContain('2 edges read, in their old places; 3 reachable');
  });

  it('shows a type by its name, with nothing in it that steers a terminal', async () => {
    const groups = [{ name: 'map.bucket[string]*main.Thing', objects: 2, bytes: 64 }, { name: '\x1b[2J' + 'x'.repeat(60), objects: 1, bytes: 32 }];
    const { out } = await cli('run --heap x.gz', () => resultOf({ heap: account }), { readHeapFile: async () => ({ ...image, facts: { ...facts, by: 'type', groups } }) });
    expect(out).toContain('  type                                      objects  bytes  of the heap\n  map.bucket[string]*main.Thing                   2   64 B         67 %\n  \\x1b[2Jxxx');
  });

  it("prints a Java heap's roots and classes, and the repairs of its reader", async () => {
    const java: HeapFacts = {
      format: 'Java heap dump 1.0.2', roots: { javaFrame: 21, systemClass: 1518, thread: 8 }, by: 'class', groups: [{ name: 'java.lang.String', objects: 2, bytes: 48 }],
    };
    const notes = [{ kind: 'dangling-references' as const, count: 812 }];
    const deps = { readHeapFile: async (name: string) => ({ ...image, name, facts: java, notes }) };
    const run = await cli('run --heap app.hprof', () => resultOf({ heap: account }), deps);
    expect(run.out).toContain(`\
app.hprof: 3 objects, 96 B
  format  Java heap dump 1.0.2
  roots   1,518 system classes, 8 threads, 21 in frames
  note    812 references to objects that are not in the file left out
  class             objects  bytes  of the heap
  java.lang.String        2   48 B         50 %
`);
    const document = RunDocument.strict().parse(JSON.parse((await cli('run --json --heap app.hprof', () => resultOf({ heap: account }), deps)).out));
    expect(document.heap).toMatchObject({ facts: java, notes });
  });

  const notes = [{ kind: 'frame-fields', count: 1 }, { kind: 'trailing-bytes', count: 1234 }] as const;
  const represented = { objects: 2, withReferences: 0, bytes: 8 * 2 ** 30, blockBytes: 40_960, missingBytes: 8 * 2 ** 30 - 81_920, missingLiveBytes: 3 * 2 ** 30 };

  it('prints a line each on the records that its reader skipped, and on represented objects', async () => {
    const withNotes = { readHeapFile: async (name: string) => ({ ...image, name: `${name}\x1b[2J`, facts, notes }) };
    const { out } = await cli('run --heap x.gz', () => resultOf({ heap: { ...account, represented } }), withNotes);
    expect(out).toContain('x.gz\\x1b[2J: 3 objects');
    expect(out).toContain('\n  note        1 pointer outside the stack frames passed over: a dump lacks the memory of the arguments of "go f(x)", and');
    expect(out).toContain('\n  note        1,234 bytes behind the end record passed over\n');
    expect(out).toContain('\n  represented      2 pointer-free objects of 8.00 GB together are represented by blocks of 40.0 KB, since a mark never reads them\n');
    expect(out).toMatch(/live at the end {2}[^\n]* \(3\.\d\d GB by true sizes\)\n/);
    const json = (await cli('run --json --heap x.gz', () => resultOf({ heap: { ...account, represented } }), withNotes)).out;
    expect(RunDocument.strict().parse(JSON.parse(json)).heap).toMatchObject({
      represented, notes: [{ kind: 'frame-fields', count: 1 }, { kind: 'trailing-bytes', count: 1234, text: '1,234 bytes behind the end record passed over' }],
    });
    // A file without other facts has notes, too.
    const bare = await cli('run --heap x.gz', () => resultOf({ heap: account }), { readHeapFile: async () => ({ ...image, notes }) });
    expect(bare.out).toContain('\n  1,234 bytes behind the end record passed over\n');
  });

  it('puts the heap into the document of --json', async () => {
    const { out } = await cli('run --json --heap x.gz --heapdump y', () => resultOf({ heap: account, heapdump: { path: 'y', objects: 3, bytes: 999 } }), withFacts);
    const document = RunDocument.strict().parse(JSON.parse(out));
    expect(document.heap).toEqual({ ...account, name: 'x.gz', bytes: 96, facts });
    expect(document.heapdump).toEqual({ path: 'y', objects: 3, bytes: 999 });
    expect(RunDocument.parse(JSON.parse((await cli('run --json')).out)).heap).toBeUndefined();
  });

  it('starts no machine if the heap can not be read', async () => {
    const { code, err, started } = await cli('run --heap x.gz', undefined, { readHeapFile: () => Promise.reject(new UsageError('x.gz: is cut off')) });
    expect([code, err, started.length]).toEqual([2, 'sweepgen: x.gz: is cut off\n', 0]);
  });

  it("prints Go 1.4's lines when asked to", async () => {
    const { err } = await cli('run --gctrace --gctrace-form 1.4', () => resultOf({ cycles: [cycleOf({ goroutines: 7 })] }));
    expect(err).toContain(', 7 goroutines, ');
  });

  it("prints the scavenger's lines among those of the collections", async () => {
    const released = { kind: SCAVENGE.released, number: 0, numgc: 1, released: 0, heapInuse: 0, heapIdle: 0, heapSys: 0, heapReleased: 0 };
    const play: Play = (options) => {
      options.onScavenge?.({ ...released, kind: SCAVENGE.forced });
      options.onScavenge?.(released);
      return resultOf();
    };
    expect((await cli('run --gctrace', play)).err).toBe('scvg0: GC forced\nscvg0: inuse: 0, idle: 0, sys: 0, released: 0, consumed: 0 (MB)\n');
    expect((await cli('run', play)).err).toBe('');
  });

  it.each([['--gctrace', undefined], ['--gctrace=1', undefined], ['--gctrace 2', 2], ['', undefined]])('hands "%s" on', async (flag, gctrace) => {
    const { started, err } = await cli(`run churn ${flag}`, () => resultOf({ cycles: [cycleOf()] }));
    expect([started[0].gctrace, err !== '']).toEqual([gctrace, flag !== '']);
  });

  it('prints one document with --json', async () => {
    const { out } = await cli('run --json --seed 3', () => resultOf({ cycles: [cycleOf({ markNs: 5 })], lines: ['x'] }));
    const document = RunDocument.strict().parse(JSON.parse(out));
    expect(document).toMatchObject({ schema: 2, workload: 'churn', seed: 3, params: { count: 1000 }, memstats: { NumGC: 2 } });
    expect(document.cycles[0].markNs).toBe(5);
  });

  it.each([[BROKEN, 1], [new UsageError('x'), 2], [FULL, 3], [new MachineStuck('x', 'y'), 4], [new Stopped(), 130]])(
    'ends with the code of what went wrong: %s', async (error, expected) => {
      const { code, out, stopped } = await cli('run churn', () => error);
      expect([code, out, stopped]).toEqual([expected, '', 1]);
    },
  );

  it('starts nothing when stopped before', async () => {
    expect(await cli('run', undefined, { signal: AbortSignal.abort() })).toMatchObject({ code: 130, started: [] });
  });
});

describe('sweepgen scale', () => {
  const scaleFacts: HeapFacts = {
    format: 'Go heap dump 1.7', roots: { data: 1, bss: 2, frames: 3, finalizers: 4, other: 5 },
    goroutines: { count: 1, frames: 1, waiting: [] }, by: 'type', groups: [],
  };

  it('marks its own heap by default, with each count of threads up to the cores', async () => {
    const { code, out, started } = await cli('scale', collecting);
    expect(code).toBe(0);
    expect(started).toMatchObject([{ workload: 'collect', heap: image, procs: 2, gogc: 'off', verify: false, args: [0, 22, 2, 1, 2] }]);
    expect(out).toMatch(/^own heap: 3 objects, 96 B in 4,000 spans\n\nthreads {2}mark time/);
    expect(out).toContain('2 threads mark 2.0 times as fast as 1.');
  });

  it('takes a graph by its name, and a file by its path', async () => {
    const graph = await cli('scale tree --procs 1,2,4 --runs 6 --verify', collecting);
    expect(graph.started).toMatchObject([{ workload: 'tree', heap: undefined, procs: 4, verify: true, args: [0, 21, 3, 1, 2, 4] }]);
    expect(graph.out).toContain('tree: 1,000,000 objects');
    expect(graph.out).toContain('The oracle checked the heap 42 times');
    const file = await cli('scale ./app.heapsnapshot', collecting);
    expect(file.started).toMatchObject([{ workload: 'collect', heap: { name: './app.heapsnapshot' }, takesHeap: true }]);
  });

  it('keeps the image of the heap while another machine needs it', async () => {
    const { started } = await cli('scale ./app.heapsnapshot --vary handoff=2,4', collecting);
    expect(started).toMatchObject([{ heap: { name: './app.heapsnapshot' }, takesHeap: false }, { heap: { name: './app.heapsnapshot' }, takesHeap: false }]);
  });

  it('prints one document with --json', async () => {
    const { out } = await cli('scale tree --json --runs 3', collecting);
    const document = ScaleDocument.strict().parse(JSON.parse(out));
    expect(document.heap).toEqual({ name: 'tree', objects: 1_000_000, bytes: 32e6, spans: 4000 });
    expect(document.results).toHaveLength(2);
    const file = await cli('scale x.gz --json', collecting, { readHeapFile: async () => ({ ...image, facts: scaleFacts }) });
    expect(ScaleDocument.parse(JSON.parse(file.out)).heap.facts).toEqual(scaleFacts);
    expect((await cli('scale x.gz', collecting, { readHeapFile: async () => ({ ...image, facts: scaleFacts }) })).out).toContain('\n  roots   1 in data, 2 in bss, 3 in 1 frame of 1 goroutine, 4 of finalizers, 5 other\n');
    const represented = { objects: 1, withReferences: 1, bytes: 3e9, blockBytes: 40_960, missingBytes: 3e9 - 40_960, missingLiveBytes: 3e9 - 40_960 };
    const notes = [{ kind: 'trailing-bytes', count: 9 }] as const;
    const smaller: typeof collecting = (options) => ({ ...collecting(options), heap: { objects: 3, edges: 2, reachable: 3, unreachable: 0, freed: 0, inUse: 0, inPlace: false, represented } });
    const large = { readHeapFile: async () => ({ ...image, notes }) };
    const whole = ScaleDocument.strict().parse(JSON.parse((await cli('scale x.gz --json', smaller, large)).out));
    expect(whole.heap).toMatchObject({ represented, notes: [{ kind: 'trailing-bytes', count: 9, text: '9 bytes behind the end record passed over' }] });
    // Bytes count the true sizes.
    expect(whole.results[0].bytes).toBe(32e6 + 3e9 - 40_960);
    expect((await cli('scale x.gz', smaller, large)).out).toContain('\n  1 object of 2.79 GB is represented by a block of 40.0 KB, which holds its references\n');
    expect(document.results[1]).toMatchObject({ procs: 2, objects: 1e6, bytes: 32e6, mark: { handoff: 120, steal: 2, yields: 800 } });
    expect(document.results[1].ns).toHaveLength(3);
    expect(document.results[1].intervalNs).toContain(null);
  });
});

describe('sweepgen scale, besides its table', () => {
  const baseline = async (line: string) => (await cli(`${line} --json`, collecting)).out;
  const reading = (text: string) => ({ readText: () => text });

  it('compares with an earlier run, in words and in the document', async () => {
    const old = await baseline('scale tree');
    const slower = (options: RuntimeOptions) => {
      const result = collecting(options);
      return { ...result, cycles: result.cycles.map((cycle) => ({ ...cycle, markNs: cycle.markNs * (cycle.nproc === 2 ? 1.5 : 1) })) };
    };
    const { out } = await cli('scale tree --compare old.json', slower, reading(old));
    expect(out).toMatch(/threads {3}before {6}now {3}change\n {6}1 {2}80\.0 ms {2}80\.0 ms +~ .*\n {6}2 .* \+50\.0 % {2}\(p=0\.000 n=10\)\n/);
    const document = ScaleDocument.parse(JSON.parse((await cli('scale tree --compare old.json --json', slower, reading(old))).out));
    expect(document.comparison).toMatchObject([{ procs: 1, p: 1, isSignificant: false }, { procs: 2, isSignificant: true, runs: [10, 10] }]);
  });

  it.each([
    ['scale list', /^sweepgen: old\.json measured the heap tree, not list\n$/],
    ['scale tree --procs 3', /^sweepgen: old\.json measured other numbers of threads: --procs 1,2\n$/],
  ])('refuses to compare %s with what it has nothing in common with, before it measures', async (line, sentence) => {
    const { code, err, started } = await cli(`${line} --compare old.json`, collecting, reading(await baseline('scale tree')));
    expect(err).toMatch(sentence);
    expect([code, started]).toEqual([2, []]);
  });

  it.each([
    ['', /old\.json is no JSON/], ['[]', /old\.json is not what sweepgen scale --json has printed/], ['null', /is not what/],
    ['{"command":"scale","schema":2}', /old\.json has schema 2, and this version compares 3; measure it again/],
  ])('refuses %j as a baseline', async (text, sentence) => {
    const { code, err, started } = await cli('scale tree --compare old.json', collecting, reading(text));
    expect(err).toMatch(sentence);
    expect([code, started]).toEqual([2, []]);
    expect((await cli('scale tree --compare old.json', collecting)).err).toContain("can't be read");
  });

  it('prints one form of its figures, and nothing else', async () => {
    const bench = await cli('scale tree --procs 1,2 --runs 2 --bench', collecting);
    expect(bench.out.split('\n')[0]).toBe('pkg: sweepgen');
    expect(bench.out.match(/^Benchmark/gm)).toHaveLength(4);
    expect((await cli('scale tree --runs 2 --csv', collecting)).out.split('\n')).toHaveLength(1 + 4 + 1);
    expect(await cli('scale tree --csv --json', collecting)).toMatchObject({ code: 2, started: [] });
  });

  it('passes the parameters of the mark loop on, and prints them', async () => {
    const { started, out } = await cli('scale tree --runs 2 --workbuf 64 --spins 0 --csv', collecting);
    expect(started).toMatchObject([{ tuning: { workbuf: 64, spins: 0 } }]);
    expect(out).toContain('mark,tree,policy=go1.3 workbuf=64 spins=0,1,2,1,');
  });

  it('measures with each value of --vary, in one table, text or document', async () => {
    const slower = (options: RuntimeOptions) => {
      const result = collecting(options);
      return { ...result, cycles: result.cycles.map((cycle) => ({ ...cycle, markNs: cycle.markNs * (options.tuning?.workbuf === 64 ? 1.25 : 1) })) };
    };
    const { out, started } = await cli('scale tree --vary workbuf=1024,64 --handoff 8', slower);
    expect(started).toMatchObject([{ tuning: { workbuf: 1024, handoff: 8 } }, { tuning: { workbuf: 64, handoff: 8 } }]);
    expect(out.split('\n').slice(2, 5)).toEqual([
      'workbuf  1 thread   change  2 threads   change',
      '   1024   80.0 ms             40.0 ms',
      '     64  100.0 ms  +25.0 %    50.0 ms  +25.0 %',
    ]);
    const { sweep, measurements } = JSON.parse((await cli('scale tree --vary workbuf=1024,64 --json', collecting)).out) as { sweep: string; measurements: unknown[] };
    expect([sweep, measurements.map((each) => ScaleDocument.parse(each).settings.workbuf)]).toEqual(['workbuf', [1024, 64]]);
    expect((await cli('scale tree --runs 1 --vary workbuf=1024,64 --csv', collecting)).out.match(/^mark,/gm)).toHaveLength(4);
  });

  it('takes --sweep, the name of --vary in earlier versions, but not both', async () => {
    const { started } = await cli('scale tree --sweep workbuf=1024,64', collecting);
    expect(started).toMatchObject([{ tuning: { workbuf: 1024 } }, { tuning: { workbuf: 64 } }]);
    expect(await cli('scale tree --sweep workbuf=64 --vary workbuf=64', collecting)).toMatchObject({ code: 2, started: [] });
    for (const line of ['help scale', 'help --man', 'completion bash', 'completion zsh', 'completion fish']) expect((await cli(line)).out).not.toMatch(/(?<!phase )(?:--|-l |(?:\\-){2})sweep\b/);
  });

  it('varies words as well, and marks with the lab loop for a parameter that only it has', async () => {
    const { out, started } = await cli('scale tree --vary mark=cas,byte,cas --split 64', collecting);
    expect(started.map(({ policy, tuning }) => [policy, tuning])).toEqual([[undefined, { mark: 'cas', split: 64 }], [undefined, { mark: 'byte', split: 64 }]]);
    expect(out.split('\n').slice(2, 5)).toEqual([
      'mark  1 thread  change  2 threads  change',
      ' cas   80.0 ms            40.0 ms',
      'byte   80.0 ms       ~    40.0 ms       ~',
    ]);
    const { settings } = ScaleDocument.parse(JSON.parse((await cli('scale tree --order fifo --json', collecting)).out));
    expect(settings).toEqual({ policy: 'lab', order: 'fifo' });
    expect((await cli('run --prefetch 8 --direction backwards', collecting)).started).toMatchObject([{ tuning: { prefetch: 8, direction: 'backwards' } }]);
  });

  it.each([
    ['--policy tuned --mark byte', '--mark is for --policy lab alone; leave it out, or --policy tuned'],
    ['--policy go1.3 --vary order=lifo,fifo', '--order is for --policy lab alone; leave it out, or --policy go1.3'],
    ['--ptrbuf 8 --vary split=0,64', '--ptrbuf is for --policy go1.3 alone; leave it out, or --split'],
    ['--mark bytes', "--mark must be cas or byte, not 'bytes'"],
    ['--vary mark=cas,bytes', "each value of --vary mark must be cas or byte, not 'bytes'"],
    ['--vary order', "--vary needs a name and its values, as in --vary order=lifo,fifo, not 'order'"],
    ['--vary prefetch', "--vary needs a name and its values, as in --vary prefetch=8,32, not 'prefetch'"],
    ['--prefetch 64', "--prefetch must be a whole number from 0 to 63, not '64'"],
    ['--code javascript --model 1..4', '--code is for measurements, and a prediction runs the source itself; leave --code out'],
    ['--vary mark=cas,byte --model 1..4', '--vary is for measurements, and --model predicts; leave one of them out'],
    ['--vary workbfu=1', "--vary knows no 'workbfu'; did you mean workbuf?\n"],
    ['--vary workbuf', "--vary needs a name and its values, as in --vary workbuf=64,256, not 'workbuf'"],
    ['--vary ptrbuf=65', "each value of --vary ptrbuf must be a whole number from 1 to 64, not '65'"],
    ['--handoff 0', "--handoff must be a whole number from 1 to 65536, not '0'"],
    ['--vary spins=1 --compare x.json', '--vary compares with its own first value; leave --compare out'],
  ])('refuses %s', async (flags, sentence) => {
    const { code, err, started } = await cli(`scale tree ${flags}`, collecting);
    expect(err).toContain(`sweepgen: ${sentence}`);
    expect([code, started]).toEqual([2, []]);
  });

  it('draws into a file', async () => {
    const { files } = await cli('scale tree --svg tree.svg', collecting);
    expect(String(Buffer.from(files.get('tree.svg')!))).toMatch(/^<svg xmlns=.*<\/svg>\n$/s);
  });

  const labelsOf = (bytes: Uint8Array | undefined) => [...String(Buffer.from(bytes!)).matchAll(/class="label">([^<]*)</g)].map(([, said]) => said.split(' ')[0]);

  it('draws a line for each value of --vary', async () => {
    const { code, files, out } = await cli('scale tree --vary mark=cas,byte --svg marks.svg', collecting);
    expect([code, out.endsWith('Drawn to marks.svg.\n')]).toEqual([0, true]);
    expect(labelsOf(files.get('marks.svg'))).toEqual(['cas', 'byte', 'cas', 'byte']);
  });

  it('draws the baseline of --compare beside the measurement', async () => {
    const before = (await cli('scale tree --json', collecting)).out;
    const { code, files } = await cli('scale tree --compare old.json --svg both.svg', collecting, { readText: () => before });
    expect(code).toBe(0);
    expect(labelsOf(files.get('both.svg'))).toEqual(['now', 'before', 'now', 'before']);
  });
});

describe('sweepgen start', () => {
  it('prints each step, and suggests the next command', async () => {
    const { code, out, err, started } = await cli('start', collecting);
    expect([code, err]).toEqual([0, '']);
    expect(started).toMatchObject([{ workload: 'collect', heap: image, verify: true, args: [0, 22, 2, 1, 2] }]);
    expect(out).toMatch(/^Taking a snapshot of this process… 3 objects, 2 references, 96 B\n/);
    expect(out).toContain('marking it with 1 and 2 threads,\n10 times each after a warm-up, each verified… 4,000 spans\n');
    expect(out).toContain('sweepgen scale tree');
  });
});

describe('sweepgen stress', () => {
  /** A clock that moves on by a second each time somebody looks. */
  const ticking = () => { let t = 0; return () => (t += 1000); };

  it('runs rounds until the time is up, each verified', async () => {
    const { code, out, started, stopped } = await cli('stress --seconds 10', () => resultOf({ verified: 3, cycles: [cycleOf()] }), { now: ticking() });
    expect(code).toBe(0);
    expect(started.length).toBeGreaterThan(2);
    expect(stopped).toBe(started.length);
    for (const { verify, workload } of started) expect([verify, ['churn', 'binary-trees', 'tree'].includes(workload)]).toEqual([true, true]);
    const n = started.length;
    expect(out).toBe(`seed 4711: rounds for 10 s on up to 4 Ps\n${n} rounds, ${n} verified collections, nothing wrong\n`);
  });

  it('runs as many rounds as it is told, however long they take', async () => {
    const result = () => resultOf({ cycles: [cycleOf()] });
    const { out, started } = await cli('stress --rounds 3', result, { now: ticking() });
    expect([started.length, out]).toEqual([3, 'seed 4711: 3 rounds on up to 4 Ps\n3 rounds, 3 verified collections, nothing wrong\n']);
    const cut = await cli('stress --rounds 1000 --seconds 20', result, { now: ticking() });
    expect(cut.started.length).toBeLessThan(20);
    expect(cut.out).toContain('1,000 rounds within 20 s on up to 4 Ps\n');
    const unchecked = await cli('stress --rounds 2', () => resultOf(), { now: ticking() });
    expect([unchecked.code, unchecked.err]).toEqual([5, 'sweepgen: no collection was verified in 2 rounds; run more with --rounds\n']);
  });

  it('draws the same rounds from the same seed', async () => {
    const rounds = async () => (await cli('stress --seed 5 --seconds 20', undefined, { now: ticking() })).started
      .map(({ workload, seed, procs, gogc, params }) => ({ workload, seed, procs, gogc, params }));
    expect(await rounds()).toEqual(await rounds());
  });

  it('prints the command that repeats a failed round, and ends with its code', async () => {
    const { code, out, err, started } = await cli('stress churn --seed 5', () => BROKEN);
    const [{ seed, procs, gogc, policy, tuning, goarch, gcEvery, params }] = started;
    expect(Object.keys(tuning!)).toEqual(['mark', 'order', 'direction', 'split', 'prefetch']);
    const means = Object.entries(tuning!).map(([name, value]) => ` --${name} ${value}`).join('');
    expect(out).toContain(
      `repeat it with: sweepgen run churn --seed ${seed} --procs ${procs} --gogc ${gogc} --policy ${policy}${means} --goarch ${goarch} --gc-every ${gcEvery} --set count=${params!.count} --set threads=${params!.threads} --verify\n`,
    );
    expect(err).toContain('sweepgen: an invariant of the collector is broken: SPAN_DOUBLE_SWEEP\n');
    expect(code).toBe(1);
    // The printed command runs the same round.
    const again = await cli(/sweepgen (run .*)\n/.exec(out)![1]);
    expect(again.started).toMatchObject([{ workload: 'churn', seed, procs, gogc, policy, tuning, params, verify: true }]);
  });

  it('takes a full arena for a failure unless collections are off', async () => {
    const { code, out, started } = await cli('stress --seed 1 --seconds 50', ({ gogc }) => (gogc === 'off' ? FULL : resultOf({ cycles: [cycleOf()] })), { now: ticking() });
    expect(started.some(({ gogc }) => gogc === 'off')).toBe(true);
    expect([code, out]).toEqual([0, expect.stringMatching(/nothing wrong \(\d+ filled the arena with GOGC off\)/)]);
    expect((await cli('stress --seed 1', ({ gogc }) => (gogc === 'off' ? resultOf() : FULL))).code).toBe(3);
  });

  it('cuts rounds short when the time is up', async () => {
    const cut = (cycles: number) => cli('stress churn --seconds 0.05', ({ signal, onCycle }) => new Promise((_, reject) => {
      for (let i = 0; i < cycles; i++) onCycle?.(cycleOf());
      signal!.addEventListener('abort', () => reject(new Stopped()));
    }));
    const { code, out } = await cut(2);
    expect(code).toBe(0);
    expect(out).toContain('1 round, 2 verified collections, nothing wrong (1 cut short by the clock)');
    // There is no verdict on rounds that were not checked.
    const unchecked = await cut(0);
    expect(unchecked.code).toBe(EXIT.unproven);
    expect(unchecked.out).toContain('1 round, 0 verified collections, nothing was checked (1 cut short by the clock)');
    expect(unchecked.err).toBe('sweepgen: no collection was verified in 0.05 s; give it longer with --seconds\n');
  });

  it('goes on with the rounds that are left after it was stopped', async () => {
    const controller = new AbortController();
    let rounds = 0;
    const run = () => {
      if (++rounds < 3) return resultOf({ cycles: [cycleOf()] });
      controller.abort();
      return new Stopped();
    };
    const { code, err } = await cli('stress churn --rounds 10 --seed 5', run, { now: ticking(), signal: controller.signal });
    expect(code).toBe(130);
    expect(err).toContain('go on with: sweepgen stress churn --seed 5 --first-round 2 --rounds 8\n');
  });

  it('ends without blame when the user stops it', async () => {
    const controller = new AbortController();
    const { code, out } = await cli('stress churn', () => { controller.abort(); return new Stopped(); }, { signal: controller.signal });
    expect(code).toBe(130);
    expect(out).not.toContain('repeat it');
  });
});

describe('sweepgen sequence', () => {
  it("prints the workload's lines and nothing else", async () => {
    const { out, started } = await cli('sequence --seed 77 --count 100 --max 50', () => resultOf({ lines: ['all 1', 'dropped 2'] }));
    expect(out).toBe('all 1\ndropped 2\n');
    expect(started).toMatchObject([{ workload: 'sequence', procs: 1, gogc: 'off', params: { seed: 77, count: 100, max: 50 } }]);
  });
});

describe('the line of progress', () => {
  const watched = (text: string[]) => terminalOf({ err: (s: string) => void text.push(s), errIsTerminal: true });

  it('is gone in the end, and stays below traces', async () => {
    const text: string[] = [];
    await cli('run --gctrace', (options) => {
      options.onTick?.(progressOf({ cycles: 1 }));
      return resultOf({ cycles: [cycleOf()] });
    }, { terminal: watched(text) });
    expect(text).toEqual([
      '\r\x1b[Kchurn: 1 collection, 5.00 MB live', '\r\x1b[K', expect.stringMatching(/^gc1\(1\).*\n$/),
      '\r\x1b[Kchurn: 1 collection, 5.00 MB live', '\r\x1b[K',
    ]);
  });
});
