/**
 * Where the declared records lie in a memory: every word of them by name and guardian. From
 * the declarations and the configuration alone; nothing that changes while the machine runs.
 */
import { CONFIG, Config } from '../../memory/config.ts';
import { globalRecord } from '../../memory/segment.ts';
import type { Ref } from '../../memory/address.ts';
import type { Field, Struct } from '../../memory/struct.ts';
import { G } from '../../machine/g.ts';
import { M } from '../../machine/m.ts';
import { P } from '../../machine/p.ts';
import { SCHED, Sched } from '../../machine/sched.ts';
import { Span } from '../../heap/span.ts';
import { NUM_SIZE_CLASSES } from '../../heap/size-classes.ts';
import { MPROF, MProf } from '../../malloc/buckets.ts';
import { FIN, Fin } from '../../malloc/finq.ts';
import { MCache } from '../../malloc/mcache-record.ts';
import { MCentral, mcentralAt } from '../../malloc/mcentral.ts';
import { MHEAP, MHeap } from '../../malloc/mheap-record.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { Persistent } from '../../malloc/persistent.ts';
import { STACKPOOL, StackPool } from '../../malloc/stack.ts';
import { SWEEP, Sweep } from '../../malloc/sweep.ts';
import { SYS, Sys } from '../../malloc/sys.ts';
import { WORK, Work, workbufStruct } from '../../gc/work.ts';

/** `count` records of one shape, one after the other from `at`. */
export interface Records {
  readonly name: string;
  readonly at: Ref;
  readonly count: number;
  readonly struct: Struct;
}

/** All records of `m`, in no order. */
export function recordsOf(m: Int32Array): readonly Records[] {
  const config = (field: keyof typeof Config.at) => m[CONFIG + Config.at[field]];
  const globals: readonly (readonly [string, Ref, Struct])[] = [
    ['mheap', MHEAP, MHeap],
    ['mstats', MSTATS, MStats],
    ['sched', SCHED, Sched],
    ['work', WORK, Work],
    ['sweep', SWEEP, Sweep],
    ['fin', FIN, Fin],
    ['sys', SYS, Sys],
    ['stackpool', STACKPOOL, StackPool],
    ['persistent', globalRecord('persistent', Persistent), Persistent],
    ['mprof', MPROF, MProf],
  ];
  const procs = config('nprocs');
  return [
    ...globals.map(([name, at, struct]) => ({ name, at, count: 1, struct })),
    { name: 'mcentral', at: mcentralAt(0), count: NUM_SIZE_CLASSES, struct: MCentral },
    { name: 'g', at: config('gs'), count: config('maxGs'), struct: G },
    { name: 'M', at: config('ms'), count: procs, struct: M },
    { name: 'P', at: config('ps'), count: procs, struct: P },
    // The first record stands for "no span", so that this one is the first of allspans.
    { name: 'span', at: config('spans') + Span.words, count: config('maxSpans') - 1, struct: Span },
    { name: 'workbuf', at: config('workbufs'), count: config('maxWorkbufs'), struct: workbufStruct(config('workbufCap')) },
  ];
}

/** The declared name of the word at `at`, as `span 3 sweepgen`. */
export function nameField(m: Int32Array, at: Ref): string {
  for (const records of recordsOf(m)) {
    const { name, struct, count } = records;
    const offset = at - records.at;
    if (offset < 0 || offset >= count * struct.words) continue;
    const which = count === 1 ? name : `${name} ${Math.floor(offset / struct.words)}`;
    return `${which} ${nameIn(struct, offset % struct.words)}`;
  }
  const arena = m[CONFIG + Config.at.arenaStart];
  return at >= arena ? `heap word ${at - arena}` : `word ${at}`;
}

function nameIn(struct: Struct, offset: number): string {
  for (const [name, { words }] of Object.entries<Field>(struct.fields)) {
    const within = offset - struct.at[name];
    if (within < 0 || within >= words) continue;
    if (struct === P && name === 'mcache') return `mcache ${nameIn(MCache, within)}`;
    const plain = /^x[a-z]/.test(name) ? name[1] + name.slice(2) : name;
    return words === 1 ? plain : `${plain}[${within}]`;
  }
  return `+${offset}`;
}
