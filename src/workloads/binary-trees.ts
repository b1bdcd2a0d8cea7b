/**
 * binary-trees of the Computer Language Benchmarks Game. One tree lives long while many others of
 * growing depth are built, counted and dropped.
 *
 * A deep tree is built in chunks, in order, a few in each step. A chunk is a subtree of CHUNK_DEPTH
 * levels below a path of upper nodes. Every level of the path and of the growing subtree has a slot
 * of the frame, so no node is lost while the tree is built.
 */
import type { Mem } from '../memory/struct.ts';
import { fatal } from '../base/fatal.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { GOEXIT, type Step } from '../runtime/goroutine.ts';
import { getInt, getSlot, globalAt, setInt, setSlot } from '../runtime/mutator.ts';
import { countChunk, growChunk } from './compiled.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import { CHUNK_DEPTH, NODE_BYTES } from './tree-chunks.ts';
import type { Needs, Params, Workload } from './workload.ts';

const MIN_DEPTH = 4;
const MAX_DEPTH = 24;
/** Approximate number of nodes that a step builds or counts. */
const BATCH = 4096;

const PC = { nextJob: 0, work: 1 } as const;

/** Slots: the levels of the long-lived tree, then the levels of the others. */
const LONG_LIVED = 0;
const LEVELS = MAX_DEPTH + 2;
const OTHERS = LEVELS;

/** Ints: the depth param, the next job; of the current job: root slot, tree depth, trees left, next chunk, nodes counted. */
const MAX = 0;
const JOB = 1;
const BASE = 2;
const DEPTH = 3;
const LEFT = 4;
const CHUNK = 5;
const SUM = 6;

/** Jobs: the stretch tree, the long-lived tree, the others by depth, and another count of the long-lived tree. */
const STRETCH_JOB = 0;
const LONG_LIVED_JOB = 1;
const FIRST_JOB = 2;

function lastJob(max: number): number {
  return FIRST_JOB + Math.floor((max - MIN_DEPTH) / 2) + 1;
}

function treesOf(max: number, depth: number): number {
  return 2 ** (max - depth + MIN_DEPTH);
}

/** Returns the number of chunks of a tree of `depth`. */
function chunksOf(depth: number): number {
  return 1 << Math.max(0, depth - CHUNK_DEPTH);
}

/** Stores the sum of the finished job in the global of its number, for the report, and begins the next job. */
function nextJob(m: Mem, _mp: MRef, gp: GRef): number {
  const max = getInt(m, gp, MAX);
  const job = getInt(m, gp, JOB);
  if (job > 0) m[globalAt(m, job - 1)] = getInt(m, gp, SUM);
  if (job > lastJob(max)) return GOEXIT;
  setInt(m, gp, JOB, job + 1);
  setInt(m, gp, SUM, 0);
  if (job === STRETCH_JOB) beginJob(m, gp, OTHERS, max + 1, 1, 0);
  else if (job === LONG_LIVED_JOB) beginJob(m, gp, LONG_LIVED, max, 1, 0);
  else if (job === lastJob(max)) beginJob(m, gp, LONG_LIVED, max, 1, chunksOf(max));
  else {
    const depth = MIN_DEPTH + 2 * (job - FIRST_JOB);
    beginJob(m, gp, OTHERS, depth, treesOf(max, depth), 0);
  }
  return PC.work;
}

function beginJob(m: Mem, gp: GRef, base: number, depth: number, trees: number, chunk: number): void {
  // Slots of the previous job's trees still hold parts of them.
  for (let i = OTHERS; i < OTHERS + LEVELS; i++) setSlot(m, gp, i, 0);
  setInt(m, gp, BASE, base);
  setInt(m, gp, DEPTH, depth);
  setInt(m, gp, LEFT, trees);
  setInt(m, gp, CHUNK, chunk);
}

/** Builds all chunks of a tree, then counts all its chunks, then continues with the next tree. */
function work(m: Mem, mp: MRef, gp: GRef): number {
  const base = getInt(m, gp, BASE);
  const depth = getInt(m, gp, DEPTH);
  const chunks = chunksOf(depth);
  const nodes = 2 << Math.min(depth, CHUNK_DEPTH);
  let left = getInt(m, gp, LEFT);
  let chunk = getInt(m, gp, CHUNK);
  let sum = getInt(m, gp, SUM);
  for (let budget = BATCH; budget > 0 && left > 0; budget -= nodes) {
    if (chunk < chunks) growChunk(m, mp, gp, base, depth, chunk);
    else sum += countChunk(m, getSlot(m, gp, base), depth, chunk - chunks);
    chunk++;
    if (chunk === 2 * chunks) {
      chunk = 0;
      left--;
    }
  }
  setInt(m, gp, LEFT, left);
  setInt(m, gp, CHUNK, chunk);
  setInt(m, gp, SUM, sum);
  if (left > 0) return PC.work;
  checkSum(m, gp, depth, sum);
  return PC.nextJob;
}

function checkSum(m: Mem, gp: GRef, depth: number, sum: number): void {
  const max = getInt(m, gp, MAX);
  const trees = getInt(m, gp, BASE) === OTHERS && depth <= max ? treesOf(max, depth) : 1;
  const expected = trees * (2 ** (depth + 1) - 1);
  if (sum !== expected) fatal('TREE_DAMAGED', { depth, trees, nodes: sum, expected });
}

const STEPS: readonly Step[] = [nextJob, work];

/** Three times the stretch tree, to leave room for garbage. */
function needs(params: Params): Needs {
  return {
    arenaBytes: 3 * spanBytes(NODE_BYTES, 2 ** (params.depth + 2)) + SLACK_BYTES,
    globals: lastJob(params.depth) + 1,
    goroutines: 1,
  };
}

function args(params: Params): readonly number[] {
  return [params.depth];
}

/** Returns the output of the original benchmark. */
function report(m: Mem, params: Params): readonly string[] {
  const max = params.depth;
  const lines = [`stretch tree of depth ${max + 1}\t check: ${m[globalAt(m, STRETCH_JOB)]}`];
  for (let job = FIRST_JOB; job < lastJob(max); job++) {
    const depth = MIN_DEPTH + 2 * (job - FIRST_JOB);
    lines.push(`${treesOf(max, depth)}\t trees of depth ${depth}\t check: ${m[globalAt(m, job)]}`);
  }
  lines.push(`long lived tree of depth ${max}\t check: ${m[globalAt(m, lastJob(max))]}`);
  return lines;
}

export const binaryTrees: Workload = {
  name: 'binary-trees',
  summary: 'the binary-trees benchmark',
  params: { depth: { default: 12, min: 6, max: MAX_DEPTH, help: 'depth of the deepest trees but one' } },
  needs,
  steps: STEPS,
  main: { pc: PC.nextJob, slots: OTHERS + LEVELS },
  args,
  report,
};
