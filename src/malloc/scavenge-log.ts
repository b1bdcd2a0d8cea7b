/**
 * The scavenger's log: a ring of records that the watcher reads, for the `scvg` lines of
 * gctrace. If the ring is full, the writer waits for the watcher, so no record is lost.
 */
import { guardedBy } from '../memory/guardian.ts';
import { atomic, by, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { loadWide, storeWide } from '../memory/wide.ts';
import { ringDoorbell } from '../sync/bell.ts';
import { lock, unlock } from '../sync/lock.ts';
import { futexsleep, futexwakeup } from '../sync/os.ts';
import type { MRef } from '../machine/m.ts';
import { MHEAP_LOCK } from './mheap-record.ts';
import { MSTATS, MStats } from './mstats.ts';

const GUARDIAN = guardedBy('mheap.lock');

/** Kinds of records. `forcing` and `forced` enclose a collection started by the clock; `released` follows a scavenge. */
export const SCAVENGE = { forcing: 0, forced: 1, released: 2 } as const;

/** The number of a release requested by the program (FreeOSMemory), as in Go. */
export const UNNUMBERED = -1;

export const ScavengeRecord = struct('scavengerecord', 16, {
  /** One of SCAVENGE. */
  kind: by(GUARDIAN),
  /** Releases by the clock before this one, or UNNUMBERED. */
  number: by(GUARDIAN),
  /** Collections before this record. */
  numgc: by(GUARDIAN),
  /** Bytes released by this scavenge. */
  released: by(GUARDIAN, 2),
  /** The heap's figures after it, bytes. */
  heapInuse: by(GUARDIAN, 2),
  heapIdle: by(GUARDIAN, 2),
  heapSys: by(GUARDIAN, 2),
  heapReleased: by(GUARDIAN, 2),
});

/** Records that the ring holds. The watcher reads the ring each time it advances the clock. */
export const SCAVENGE_LOG_CAP = 32;

export const ScavengeLog = struct('scavengelog', 48 + SCAVENGE_LOG_CAP * ScavengeRecord.words, {
  /** Records ever written. */
  xwritten: atomic('written under mheap.lock'),
  pad0: padding(15),
  /** Records ever read. */
  xread: atomic('the watcher writes it'),
  pad1: padding(15),
  /** Releases by the clock so far. */
  releases: by(GUARDIAN),
  pad2: padding(15),
  records: part('scavengerecord', SCAVENGE_LOG_CAP * ScavengeRecord.words),
});

const LOG: Ref = globalRecord('scavengelog', ScavengeLog);
const XWRITTEN = LOG + ScavengeLog.at.xwritten;
const XREAD = LOG + ScavengeLog.at.xread;
const RELEASES = LOG + ScavengeLog.at.releases;
const RECORDS = LOG + ScavengeLog.at.records;
const GCTRACE = CONFIG + Config.at.gctrace;
const NPROCS = CONFIG + Config.at.nprocs;
const { enablegc: ENABLEGC, numgc: NUMGC } = MStats.at;
const { kind: KIND, number: NUMBER, numgc: CYCLES, released: RELEASED } = ScavengeRecord.at;
/** The fields that a record copies from MStats. */
const FIGURES = ['heapInuse', 'heapIdle', 'heapSys', 'heapReleased'] as const;

/**
 * Logs an action of the scavenger, if the machine is traced. May wait for the watcher. It does
 * not ring the doorbell after each record: the watcher would advance the clock, and with a fast
 * clock the scavenger would be due again at once.
 * @param kind one of SCAVENGE
 * @param released bytes released
 * @param byClock true if the clock started it, false if the program did
 */
export function logScavenge(m: Mem, mp: MRef, kind: number, released: number, byClock: boolean): void {
  // Before the machine runs, no watcher reads the ring.
  if (m[GCTRACE] === 0 || m[MSTATS + ENABLEGC] === 0) return;
  lockWithRoom(m, mp);
  const written = Atomics.load(m, XWRITTEN);
  const record = recordAt(written);
  m[record + KIND] = kind;
  m[record + NUMBER] = byClock ? m[RELEASES] : UNNUMBERED;
  m[record + CYCLES] = m[MSTATS + NUMGC];
  storeWide(m, record + RELEASED, released);
  for (let i = 0; i < FIGURES.length; i++) storeWide(m, record + ScavengeRecord.at[FIGURES[i]], loadWide(m, MSTATS + MStats.at[FIGURES[i]]));
  if (byClock && kind === SCAVENGE.released) m[RELEASES]++;
  Atomics.store(m, XWRITTEN, (written + 1) | 0);
  unlock(m, mp, MHEAP_LOCK);
}

/** Takes mheap.lock with room in the ring for one record. Waits, without the lock, until there is room. */
function lockWithRoom(m: Mem, mp: MRef): void {
  for (;;) {
    lock(m, mp, MHEAP_LOCK);
    const read = Atomics.load(m, XREAD);
    if (((Atomics.load(m, XWRITTEN) - read) | 0) < SCAVENGE_LOG_CAP) return;
    unlock(m, mp, MHEAP_LOCK);
    ringDoorbell(m);
    futexsleep(m, XREAD, read);
  }
}

function recordAt(n: number): Ref {
  return RECORDS + (n & (SCAVENGE_LOG_CAP - 1)) * ScavengeRecord.words;
}

/** A record as the watcher reads it; figures in bytes. */
export interface Scavenge {
  /** One of SCAVENGE. */
  readonly kind: number;
  readonly number: number;
  /** Collections before it. */
  readonly numgc: number;
  readonly released: number;
  readonly heapInuse: number;
  readonly heapIdle: number;
  readonly heapSys: number;
  readonly heapReleased: number;
}

/** Returns the records written since the last call, oldest first. Called by the watcher. */
export function drainScavenges(m: Mem): Scavenge[] {
  const all: Scavenge[] = [];
  const written = Atomics.load(m, XWRITTEN);
  let read = Atomics.load(m, XREAD);
  for (; read !== written; read = (read + 1) | 0) all.push(readRecord(m, recordAt(read)));
  if (all.length > 0) {
    Atomics.store(m, XREAD, read);
    futexwakeup(m, XREAD, m[NPROCS]);
  }
  return all;
}

function readRecord(m: Mem, record: Ref): Scavenge {
  const { released, heapInuse, heapIdle, heapSys, heapReleased } = ScavengeRecord.at;
  return {
    kind: m[record + KIND],
    number: m[record + NUMBER],
    numgc: m[record + CYCLES],
    released: loadWide(m, record + released),
    heapInuse: loadWide(m, record + heapInuse),
    heapIdle: loadWide(m, record + heapIdle),
    heapSys: loadWide(m, record + heapSys),
    heapReleased: loadWide(m, record + heapReleased),
  };
}
