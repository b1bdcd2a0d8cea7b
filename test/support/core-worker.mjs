/** One M of a machine on a real thread: runs a program of core-programs.mjs. */
import { workerData } from 'node:worker_threads';
import { mAt } from '../../dist/src/machine/m.js';
import { link } from '../../dist/src/runtime/boot.js';
import { mstart, mstartIdle } from '../../dist/src/runtime/schedule.js';
import { PROGRAMS } from './core-programs.mjs';

const { memory, index, program } = workerData;
const m = new Int32Array(memory);
const text = link(PROGRAMS[program]);
if (index === 0) mstart(m, mAt(m, 0), text);
else mstartIdle(m, mAt(m, index), text);
