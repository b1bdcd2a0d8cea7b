/**
 * The toolkit that a user's workload module receives, so that it needs no imports. Its functions check
 * their arguments; docs/reference/toolkit.md describes each.
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
  // Results of a step other than a pc; frames and goroutines.
  GOEXIT, ...frames,
  // Objects, globals, finalizers.
  FLAG_NOSCAN, FLAG_NOPROFILING, ptrWords, ...objects, ...finalizers,
  // Declarations for the workload's `types`, and values of these types.
  typeTable, types, ...values,
  ...channels,
  // Statistics, GOGC, the sampling rate of the memory profiler.
  MEMSTATS_BYTES, GCSTATS_CAP, MEM_PROFILE, ...statistics,
  // Waiting for goroutines: groups, mutexes, conditions.
  GROUP_GLOBALS, MUTEX_GLOBALS, COND_GLOBALS, ...waiting,
  // Random numbers from a seed; and the fatal error.
  seedState, xorshift32, fatal,
} as const;

export type Toolkit = typeof toolkit;
