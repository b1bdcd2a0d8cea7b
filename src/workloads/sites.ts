/**
 * Load for the memory profiler: blocks allocated on several call paths. The numbers of blocks
 * allocated and kept on each path are known, and so is the exact profile.
 *
 *     serve > parse > makeToken     serve > insert > makeNode     serve > render
 *     serve > parse > makeNode      serve > insert > makeEntry
 *
 * A calling step names itself as the step to return to, and keeps its progress in an int. So the
 * stack shows the caller while any of its callees runs. Each site keeps its blocks on a list.
 */
import type { Mem } from '../memory/struct.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { FLAG_NOSCAN } from '../malloc/flags.ts';
import { GOEXIT, call, ret, type Step } from '../runtime/goroutine.ts';
import { collect, getGlobal, getInt, newObject, prepare, setGlobal, setInt, start, storeWord } from '../runtime/mutator.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from './join.ts';
import type { Needs, Params, Workload } from './workload.ts';

const PC = { spawn: 0, join: 1, end: 2, serve: 3, parse: 4, insert: 5, render: 6, makeToken: 7, makeNode: 8, makeEntry: 9 } as const;
const GROUP = 0;

/** A call path that allocates. */
interface Site {
  readonly path: readonly (keyof typeof PC)[];
  /** Bytes of a block. */
  readonly bytes: number;
  /** Blocks allocated in a round. */
  readonly blocks: number;
  /** One block in this many is kept; 0 keeps none. */
  readonly keepOneIn: number;
}

const SITES: readonly Site[] = [
  { path: ['serve', 'parse', 'makeToken'], bytes: 32, blocks: 40, keepOneIn: 0 },
  { path: ['serve', 'parse', 'makeNode'], bytes: 64, blocks: 20, keepOneIn: 4 },
  { path: ['serve', 'insert', 'makeNode'], bytes: 64, blocks: 20, keepOneIn: 2 },
  { path: ['serve', 'insert', 'makeEntry'], bytes: 160, blocks: 12, keepOneIn: 3 },
  { path: ['serve', 'render'], bytes: 256, blocks: 8, keepOneIn: 0 },
];
const SITE = { tokens: 0, parsedNodes: 1, insertedNodes: 2, entries: 3, texts: 4 } as const;
const ROUND_BLOCKS = SITES.reduce((sum, { blocks }) => sum + blocks, 0);

/** Ints: number of goroutines, rounds left, number of this goroutine, progress of `serve`, progress of its callee. */
const THREADS = 0;
const ROUNDS = 1;
const NUMBER = 2;
const SERVE_AT = 3;
const CALLEE_AT = 4;
/** Int: the site of the current allocation. */
const WORKS_FOR = 5;
/** Int of the first site's count of allocated blocks. Those of the other sites follow. */
const ALLOCATED = 6;

const FRESH_SLOT = 0;

function spawn(m: Mem, mp: MRef, gp: GRef): number {
  const threads = getInt(m, gp, THREADS);
  groupAdd(m, mp, GROUP, threads);
  for (let i = 0; i < threads; i++) {
    const worker = prepare(m, mp, gp, PC.serve, 0);
    setInt(m, worker, ROUNDS, getInt(m, gp, ROUNDS));
    setInt(m, worker, NUMBER, i);
    start(m, mp, worker);
  }
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.end);
}

/** Ends with a collection: a profile shows the state at the last one. */
function end(m: Mem, mp: MRef): number {
  collect(m, mp, true);
  return GOEXIT;
}

function serve(m: Mem, mp: MRef, gp: GRef): number {
  switch (advance(m, gp, SERVE_AT, 4)) {
    case 0:
      return call(m, gp, PC.parse, 0, PC.serve);
    case 1:
      return call(m, gp, PC.insert, 0, PC.serve);
    case 2:
      return call(m, gp, PC.render, 1, PC.serve);
    default:
  }
  setInt(m, gp, ROUNDS, getInt(m, gp, ROUNDS) - 1);
  if (getInt(m, gp, ROUNDS) > 0) return PC.serve;
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

function parse(m: Mem, _mp: MRef, gp: GRef): number {
  const at = advance(m, gp, CALLEE_AT, 3);
  if (at === 2) return ret(m, gp);
  setInt(m, gp, WORKS_FOR, at === 0 ? SITE.tokens : SITE.parsedNodes);
  return call(m, gp, at === 0 ? PC.makeToken : PC.makeNode, 1, PC.parse);
}

function insert(m: Mem, _mp: MRef, gp: GRef): number {
  const at = advance(m, gp, CALLEE_AT, 3);
  if (at === 2) return ret(m, gp);
  setInt(m, gp, WORKS_FOR, at === 0 ? SITE.insertedNodes : SITE.entries);
  return call(m, gp, at === 0 ? PC.makeNode : PC.makeEntry, 1, PC.insert);
}

/** Returns the progress of a caller, 0 to `stages` - 1, and advances it. */
function advance(m: Mem, gp: GRef, int: number, stages: number): number {
  const at = getInt(m, gp, int);
  setInt(m, gp, int, (at + 1) % stages);
  return at;
}

function render(m: Mem, mp: MRef, gp: GRef): number {
  setInt(m, gp, WORKS_FOR, SITE.texts);
  return allocate(m, mp, gp, FLAG_NOSCAN);
}

function makeToken(m: Mem, mp: MRef, gp: GRef): number {
  return allocate(m, mp, gp, FLAG_NOSCAN);
}

function makeNode(m: Mem, mp: MRef, gp: GRef): number {
  return allocate(m, mp, gp, 0);
}

function makeEntry(m: Mem, mp: MRef, gp: GRef): number {
  return allocate(m, mp, gp, 0);
}

/** Allocates the blocks of a round for the current site, then returns to the caller. */
function allocate(m: Mem, mp: MRef, gp: GRef, flags: number): number {
  const site = getInt(m, gp, WORKS_FOR);
  const { bytes, blocks, keepOneIn } = SITES[site];
  const global = listOf(site, getInt(m, gp, NUMBER));
  let n = getInt(m, gp, ALLOCATED + site);
  for (let i = 0; i < blocks; i++) {
    const block = newObject(m, mp, gp, FRESH_SLOT, bytes, flags);
    if (keepOneIn !== 0 && n % keepOneIn === 0) {
      storeWord(m, block, 0, getGlobal(m, global));
      setGlobal(m, global, block);
    }
    n++;
  }
  setInt(m, gp, ALLOCATED + site, n);
  return ret(m, gp);
}

/** Returns the global that holds the list of goroutine `number` for a site. */
function listOf(site: number, number: number): number {
  return GROUP_GLOBALS + SITES.length * number + site;
}

const STEPS: readonly Step[] = [spawn, join, end, serve, parse, insert, render, makeToken, makeNode, makeEntry];

/** The exact profile of a site. */
export interface SiteTruth {
  /** Names of the steps, the outermost first. */
  readonly path: readonly string[];
  readonly bytes: number;
  readonly allocObjects: number;
  readonly inuseObjects: number;
}

/** Returns the exact profile of a run, by site. */
export function sitesTruth(params: Params): SiteTruth[] {
  const rounds = roundsOf(params);
  return SITES.map(({ path, bytes, blocks, keepOneIn }) => ({
    path,
    bytes,
    allocObjects: params.threads * rounds * blocks,
    inuseObjects: keepOneIn === 0 ? 0 : params.threads * Math.ceil((rounds * blocks) / keepOneIn),
  }));
}

/** Returns the rounds of each goroutine. */
function roundsOf({ count, threads }: Params): number {
  return Math.max(1, Math.floor(count / threads / ROUND_BLOCKS));
}

/** Three times the bytes that are kept at the end: at GOGC=100 the heap grows to twice the live bytes. */
function needs(params: Params): Needs {
  const kept = sitesTruth(params).reduce((sum, { bytes, inuseObjects }) => sum + spanBytes(bytes, inuseObjects), 0);
  return { arenaBytes: 3 * kept + 4 * SLACK_BYTES, globals: GROUP_GLOBALS + SITES.length * params.threads, goroutines: params.threads + 1 };
}

function args(params: Params): readonly number[] {
  return [params.threads, roundsOf(params)];
}

function report(_m: Mem, params: Params): readonly string[] {
  return sitesTruth(params).map(
    ({ path, bytes, allocObjects, inuseObjects }) =>
      `${path.join(' > ').padEnd(26)} ${inuseObjects}: ${inuseObjects * bytes} [${allocObjects}: ${allocObjects * bytes}] of ${bytes} bytes`,
  );
}

export const sites: Workload = {
  name: 'sites',
  summary: 'allocates along known call paths, for the memory profiler',
  params: {
    count: { default: 1_000_000, min: 100, max: 100_000_000, help: 'objects allocated by all goroutines together' },
    threads: { default: 1, min: 1, max: 64, help: 'goroutines' },
  },
  needs,
  steps: STEPS,
  main: { pc: PC.spawn, slots: 0 },
  args,
  report,
};
