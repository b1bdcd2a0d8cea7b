/**
 * What a user's workload module is given, so that it need not import anything: the functions
 * its steps are written with. Which of them are safe points says each one's own comment.
 */
import { fatal } from '../base/fatal.ts';
import { seedState, xorshift32 } from '../base/random.ts';
import { ptrWords } from '../memory/config.ts';
import * as types from '../heap/type-decl.ts';
import { typeTable } from '../heap/type-table.ts';
import { FLAG_NOPROFILING, FLAG_NOSCAN } from '../malloc/flags.ts';
import { chancap, chanclose, chanlen, chanok, chanrecv, chansend, makechan, tryrecv, trysend } from '../runtime/chan.ts';
import { free } from '../malloc/free.ts';
import { lookup } from '../malloc/lookup.ts';
import { clearfinalizer, setfinalizer } from '../runtime/finalizer.ts';
import { memStat } from '../gc/memstats.ts';
import { setGCPercent } from '../runtime/gc-percent.ts';
import { GCSTATS_CAP, MEMSTATS_BYTES, readGCStats, readMemStats } from '../runtime/read-memstats.ts';
import { freeOSMemory } from '../runtime/scavenger.ts';
import { loadWide } from '../memory/wide.ts';
import { GOEXIT, call, parkAt, ret, slotAt, yieldTo } from '../runtime/goroutine.ts';
import * as mutator from '../runtime/mutator.ts';
import * as values from '../runtime/values.ts';
import { MEM_PROFILE, setMemProfileKind, setMemProfileRate } from '../runtime/memprofile.ts';
import { ready } from '../runtime/ready.ts';
import { recvCase, select, selectOr, sendCase } from '../runtime/select.ts';
import { finalizedObject } from '../runtime/system.ts';
import { getByte, loadAddress, setFreshByte, storeAddress } from './bytes.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from './join.ts';

export const toolkit = {
  ...mutator, ...values,
  // What a step answers besides a pc.
  GOEXIT, call, ret, yieldTo, parkAt, ready, slotAt,
  // Objects.
  FLAG_NOSCAN, ptrWords, setfinalizer, clearfinalizer, finalizedObject,
  free, lookup, storeAddress, loadAddress, setFreshByte, getByte,
  // Types, to be declared and put into the workload's `types`.
  typeTable, types,
  // Channels.
  makechan, chansend, chanrecv, chanok, trysend, tryrecv, chanclose, chanlen, chancap,
  select, selectOr, sendCase, recvCase,
  // What the memory profiler samples.
  setMemProfileRate, setMemProfileKind, MEM_PROFILE, FLAG_NOPROFILING,
  // Statistics, and GOGC.
  readMemStats, MEMSTATS_BYTES, memStat, readGCStats, GCSTATS_CAP, loadWide, setGCPercent, freeOSMemory,
  // Waiting for goroutines.
  GROUP_GLOBALS, groupAdd, groupDone, groupWait,
  // Chance, from a seed; and the end.
  seedState, xorshift32, fatal,
} as const;

export type Toolkit = typeof toolkit;
