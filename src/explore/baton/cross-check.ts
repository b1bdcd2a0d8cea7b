/**
 * Runs a recorded schedule on real threads, one worker for each, which pass a baton. They must make the same
 * accesses as the coroutines, and leave the same memory.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BATON_WORKER, entryFile } from '../../run/threads/worker.ts';
import type { Setting } from '../scenarios/scenario.ts';
import { formatSite, type Site } from '../../rewrite/sites.ts';
import { makeRelay, start, traceOf } from './baton.ts';
import { ACCESS_NUMBERS, type Course } from './course.ts';
import { plainCalls } from './plain-calls.ts';

/** The task of a worker. */
export interface BatonTask {
  /** Path of the module that plainCalls made. */
  readonly core: string;
  readonly scenario: string;
  readonly setting: Setting;
  readonly thread: number;
}

/** A worker receives a Relay, and answers with its thread's error, or how it left the course; '' if neither. */
export type BatonAnswer = string;

/** Where the build puts the worker. */
const MOST_MS = 60_000;

/** The run of a course on real threads. */
export interface Run {
  readonly trace: Int32Array;
  readonly memory: Int32Array;
  /** The error of the last turn, or what kept the threads from reaching it; '' if none. */
  readonly error: string;
}

/** Real threads, one for each thread of a scenario. */
export class Crew {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sweepgen-'));
  readonly #workers: Worker[] = [];

  /** @param hooked text of the hooked core: the one that courses are recorded with, or one that should differ */
  constructor(hooked: string, scenario: string, setting: Setting, threads: number) {
    const core = join(this.#folder, 'core.mjs');
    writeFileSync(core, plainCalls(hooked));
    for (let thread = 0; thread < threads; thread++) {
      this.#workers.push(new Worker(entryFile(BATON_WORKER), { workerData: { core, scenario, setting, thread } satisfies BatonTask }));
    }
  }

  /** Runs `course`. Only one course at a time. */
  async run(course: Course): Promise<Run> {
    const relay = makeRelay(course, this.#workers.length);
    const answers = Promise.all(this.#workers.map(answerOf));
    for (const worker of this.#workers) worker.postMessage(relay);
    start(relay);
    return { error: (await answers).filter((answer) => answer !== '').join('; '), trace: traceOf(relay), memory: relay.memory };
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    rmSync(this.#folder, { recursive: true });
  }
}

function answerOf(worker: Worker): Promise<BatonAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the baton was lost: no end after ${MOST_MS} ms`)), MOST_MS);
    worker.once('error', reject);
    worker.once('message', (answer: BatonAnswer) => {
      clearTimeout(timer);
      worker.off('error', reject);
      resolve(answer);
    });
  });
}

/** Returns a sentence about the first difference between coroutines and threads; '' if there is none. */
export function difference(course: Course, run: Run, sites: readonly Site[]): string {
  const length = Math.max(course.trace.length, run.trace.length);
  for (let at = 0; at < length; at += ACCESS_NUMBERS) {
    const [one, other] = [course.trace, run.trace].map((trace) => describe(trace, at, sites));
    if (one !== other) return `access ${at / ACCESS_NUMBERS}: the coroutine ${one}, the thread ${other}${run.error === '' ? '' : `; ${run.error}`}`;
  }
  if (course.error !== run.error) return `the coroutines end with ${course.error || 'no error'}, the threads with ${run.error || 'none'}`;
  const word = course.memory.findIndex((value, i) => value !== run.memory[i]);
  return word < 0 ? '' : `word ${word} is ${course.memory[word]} in the end, and ${run.memory[word]} on threads`;
}

function describe(trace: Int32Array, at: number, sites: readonly Site[]): string {
  if (at >= trace.length) return 'makes none';
  const [thread, site, kind, index, value, old] = trace.subarray(at, at + ACCESS_NUMBERS);
  return `makes one of kind ${kind} as thread ${thread} to word ${index}, from ${old} to ${value}, at ${formatSite(sites[site])}`;
}
