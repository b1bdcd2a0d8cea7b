/** The memory profile of a stopped machine: Go's MemProfile. */
import type { Mem } from '../memory/struct.ts';
import { loadWide } from '../memory/wide.ts';
import { PSEUDO_PC } from '../machine/callers.ts';
import { Bucket, MPROF, MProf, type BucketRef } from '../malloc/buckets.ts';
import { RATE } from '../malloc/mprof.ts';
import { PROGRAM_BASE } from '../runtime/boot.ts';

/** A step in a profile. */
export interface ProfileFunction {
  /** Its assumed address. */
  readonly address: number;
  /** `churn.fill`, or `runtime.runfinq`. */
  readonly name: string;
  readonly file: string;
}

/** The sampled blocks of one size that one call stack has allocated. */
export interface ProfileRecord {
  readonly bytes: number;
  readonly allocs: number;
  readonly frees: number;
  /** The innermost function first. */
  readonly stack: readonly ProfileFunction[];
}

export interface MemProfile {
  /** Mean bytes between two samples at the end of the run; 0 if the profiler was off. */
  readonly rate: number;
  readonly records: readonly ProfileRecord[];
}

/** The source of the steps' names. */
export interface ProgramNames {
  readonly text: readonly { readonly name: string }[];
  readonly workload: string;
  /** The workload's module. */
  readonly file: string;
}

/** The start of Go's text segment, and the assumed bytes of a step. */
const TEXT_START = 0x401000;
const STEP_BYTES = 16;
const RUNTIME_FILE = 'sweepgen/runtime';

/**
 * Returns the published counts: those of the last completed collection or, if there was none,
 * of all samples. Buckets without counts are omitted. Most bytes in use come first.
 */
export function readMemProfile(m: Mem, names: ProgramNames): MemProfile {
  const all: BucketRef[] = [];
  for (let b = m[MPROF + MProf.at.buckets]; b !== 0; b = m[b + Bucket.at.allnext]) all.push(b);
  const isPublished = all.some((b) => loadWide(m, b + Bucket.at.allocs) > 0);
  const records = all
    .map((b) => readBucket(m, b, isPublished, names))
    .filter(({ allocs }) => allocs > 0)
    .sort((a, b) => (b.allocs - b.frees) * b.bytes - (a.allocs - a.frees) * a.bytes || b.allocs * b.bytes - a.allocs * a.bytes);
  return { rate: m[RATE], records };
}

function readBucket(m: Mem, b: BucketRef, isPublished: boolean, names: ProgramNames): ProfileRecord {
  const at = Bucket.at;
  const sum = (fields: readonly (keyof typeof at)[]) =>
    fields.slice(0, isPublished ? 1 : fields.length).reduce((n, field) => n + loadWide(m, b + at[field]), 0);
  return {
    bytes: m[b + at.size] >>> 0,
    allocs: sum(['allocs', 'prevAllocs', 'recentAllocs']),
    frees: sum(['frees', 'prevFrees', 'recentFrees']),
    stack: Array.from({ length: m[b + at.nstk] }, (_, i) => describePc(m[b + Bucket.words + i], names)),
  };
}

function describePc(pc: number, { text, workload, file }: ProgramNames): ProfileFunction {
  const address = TEXT_START + pc * STEP_BYTES;
  if (pc === PSEUDO_PC.system) return { address, name: 'runtime.system', file: RUNTIME_FILE };
  if (pc === PSEUDO_PC.build) return { address, name: 'runtime.build', file: RUNTIME_FILE };
  const name = text[pc].name || `step${pc - PROGRAM_BASE}`;
  return pc < PROGRAM_BASE ? { address, name: `runtime.${name}`, file: RUNTIME_FILE } : { address, name: `${workload}.${name}`, file };
}
