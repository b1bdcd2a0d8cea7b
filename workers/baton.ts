/** The worker of one thread of a scenario. It runs while it has the baton. */
import { parentPort, workerData } from 'node:worker_threads';
import { Abandoned, Baton, OffCourse, type Relay } from '../src/explore/baton/baton.ts';
import { THREW } from '../src/explore/baton/course.ts';
import type { BatonAnswer, BatonTask } from '../src/explore/baton/cross-check.ts';
import type { Carried } from '../src/explore/baton/plain-calls.ts';
import type { Core } from '../src/explore/load.ts';
import { FINISHED } from '../src/rewrite/prologue.ts';
import { SCENARIOS } from '../src/explore/scenarios/catalog.ts';

const { core: path, scenario: wanted, setting, thread } = workerData as BatonTask;
const core = (await import(path)) as Core & Carried;
// Drops the accesses of the preparation: it builds a memory of its own, which is not used.
core.$attach({ now: () => 0, notify: () => 0, access() {} });
const scenario = SCENARIOS.find(({ name }) => name === wanted)!;
const { threads } = scenario.prepare(core, setting, () => ({ forget() {}, check: () => ({ problems: [] }) }));

parentPort!.on('message', (relay: Relay) => parentPort!.postMessage(runCourse(relay)));

/** Runs this thread's part of a course. */
function runCourse(relay: Relay): BatonAnswer {
  const baton = new Baton(relay, thread);
  try {
    core.$attach(baton);
    core.$carry(baton);
    return runThread(baton, relay.memory);
  } catch (thrown) {
    if (thrown instanceof Abandoned) return '';
    baton.end();
    return String(thrown);
  }
}

function runThread(baton: Baton, m: Int32Array): BatonAnswer {
  try {
    // A thread that a scenario writes by hand is a generator; the first `next` runs all of it.
    const coroutine = threads[thread](m);
    while (!coroutine.next().done);
  } catch (thrown) {
    if (thrown instanceof Abandoned || thrown instanceof OffCourse) throw thrown;
    baton.pass(THREW, 0);
    return String(thrown);
  }
  baton.pass(FINISHED, 0);
  return '';
}
