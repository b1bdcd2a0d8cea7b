/**
 * A recorded schedule on real threads: one worker for each, handing a baton; they must make the
 * same accesses as the coroutines, and leave the same memory.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT } from '../../base/root.ts';
import type { Setting } from '../scenarios/scenario.ts';
import { formatSite, type Site } from '../../rewrite/sites.ts';
import { makeRelay, start, traceOf } from './baton.ts';
import { ACCESS_NUMBERS, type Course } from './course.ts';
import { plainCalls } from './plain-calls.ts';

/** What a worker is made for. */
export interface BatonTask {
  /** Path of the module that plainCalls made. */
  readonly core: string;
  readonly scenario: string;
  readonly setting: Setting;
  readonly thread: number;
}

/** A worker is sent a Relay, and answers with what its thread threw, or how it left the course; '' for nothing. */
export type BatonAnswer = string;

/** Where the build puts the worker. */
const WORKER = join(ROOT, 'dist/workers/baton.js');
const MOST_MS = 60_000;

/** What real threads made of a course. */
export interface Run {
  readonly trace: Int32Array;
  readonly memory: Int32Array;
  /** What the last turn threw, or what kept the threads from coming to it; '' for nothing. */
  readonly error: string;
}

/** A real thread for each of a scenario's. */
export class Crew {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sweepgen-'));
  readonly #workers: Worker[] = [];

  /** @param hooked text of the hooked core to run: the one that courses are recorded with, or one that should differ */
  constructor(hooked: string, scenario: string, setting: Setting, threads: number) {
    const core = join(this.#folder, 'core.mjs');
    writeFileSync(core, plainCalls(hooked));
    for (let thread = 0; thread < threads; thread++) {
      this.#workers.push(new Worker(WORKER, { workerData: { core, scenario, setting, thread } satisfies BatonTask }));
    }
  }

  /** Runs `course`; one at a time. */
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

/** The first difference between an execution as coroutines and on threads, in words; '' if there is none. */
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
