/**
 * What a user's workload module is given, so that it need not import anything: the functions
 * its steps are written with, which check what they are given. docs/reference/toolkit.md describes each.
 */
import { fatal } from '../base/fatal.ts';
import { seedState, xorshift32 } from '../base/random.ts';
import { ptrWords } from '../memory/config.ts';
import * as types from '../heap/type-decl.ts';
import { typeTable } from '../heap/type-table.ts';
import { FLAG_NOPROFILING, FLAG_NOSCAN } from '../malloc/flags.ts';
import { GOEXIT } from '../runtime/goroutine.ts';
import { MEM_PROFILE } from '../runtime/memprofile.ts';
import { GCSTATS_CAP, MEMSTATS_BYTES } from '../runtime/read-memstats.ts';
import { COND_GLOBALS, MUTEX_GLOBALS } from './cond.ts';
import { GROUP_GLOBALS } from './join.ts';
import * as channels from './checked/channels.ts';
import * as finalizers from './checked/finalizers.ts';
import * as frames from './checked/frames.ts';
import * as objects from './checked/objects.ts';
import * as statistics from './checked/statistics.ts';
import * as values from './checked/values.ts';
import * as waiting from './checked/waiting.ts';

export const toolkit = {
  // What a step answers besides a pc; frames and goroutines.
  GOEXIT, ...frames,
  // Objects, globals, finalizers.
  FLAG_NOSCAN, FLAG_NOPROFILING, ptrWords, ...objects, ...finalizers,
  // Types, to be declared and put into the workload's `types`, and values of them.
  typeTable, types, ...values,
  ...channels,
  // Statistics, GOGC, what the memory profiler samples.
  MEMSTATS_BYTES, GCSTATS_CAP, MEM_PROFILE, ...statistics,
  // Waiting for goroutines: groups, mutexes, conditions.
  GROUP_GLOBALS, MUTEX_GLOBALS, COND_GLOBALS, ...waiting,
  // Chance, from a seed; and the end.
  seedState, xorshift32, fatal,
} as const;

export type Toolkit = typeof toolkit;
