/**
 * Harmful user modules. Each run ends, with a sentence that names the module and, for a thrown value, the line. No
 * message blames sweepgen or its collector.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { describeError } from '../../../src/cli/errors.ts';
import { library } from '../../support/library.ts';
import { sampled } from '../../support/nightly.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Parts {
  /** Text in front of the default export. */
  readonly top?: string;
  /** Body of the first step; the second ends the goroutine. */
  readonly step?: string;
  /** More properties of the workload. */
  readonly more?: string;
}

let written = 0;
/** Writes a module: `top` is line 1, the toolkit line 2, the first step line 3, the rest line 4. */
function moduleOf({ top = '', step = 'return 1;', more = '' }: Parts): string {
  const path = join(folder, `m${written++}.mjs`);
  writeFileSync(path, `${top}
export default (api) => { const { newObject, storeWord, setSlot, getSlot, slotAt, getInt, setInt, call, ret, prepare, start, yieldTo, parkAt, ready, globalAt, free, fatal, GOEXIT } = api; return {
  name: 'hostile', summary: '', params: {}, steps: [function first(m, mp, gp) { ${step} }, () => GOEXIT, (m, mp, gp) => ret(m, gp), () => { ${FOREVER} }],
  needs: () => ({ arenaBytes: 4 << 20, globals: 4, goroutines: 4 }), main: { pc: 0, slots: 2 }, args: () => [], ${more} }; };
`);
  return path;
}

/** Returns the exit code and the message of the command, with MODULE for the module's path. */
async function run(parts: Parts, options: { readonly hangSeconds: number; readonly verify?: boolean }): Promise<{ readonly code: number; readonly text: string }> {
  const workload = moduleOf(parts);
  try {
    const runtime = await library.startRuntime({ workload, procs: 1, ...options });
    const { lines } = await runtime.finished;
    return { code: 0, text: lines.join('\n') };
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    // The classes of the build differ from those of the sources.
    const { lines, exitCode } = describeError(error instanceof library.Fatal ? Object.assign(new (await import('../../../src/base/fatal.ts')).Fatal(error.code, error.facts, error.exitCode, error.module)) : error);
    return { code: exitCode, text: lines.join('\n').replaceAll(workload, 'MODULE') };
  }
}

/** Blocks its thread and takes no CPU time. */
const FOREVER = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
const BLAMES_US = /mistake in sweepgen|invariant of the collector|NMSPINNING/;

const WHO = 'workload module MODULE';

describe('a module', () => {
  it.concurrent.each<[string, Parts, string | RegExp]>([
    ['the module throws', { top: 'throw new Error("no");' }, `${WHO} can't be loaded: no at MODULE:1`],
    ['it throws something else', { top: 'throw null;' }, `${WHO} can't be loaded: null`],
    ['it throws control characters', { top: 'throw new Error("\\x1b[31mred");' }, `${WHO} can't be loaded: \\x1b[31mred at MODULE:1`],
    ['it throws later, in a timer', { top: 'setTimeout(function late() { throw new Error("late"); }, 0);', step: 'return yieldTo(0);' }, `${WHO} threw outside of its functions, in a timer or a promise: late at MODULE:1 (late)`],
    ['it leaves a rejection', { top: 'Promise.reject(new Error("stray"));' }, `${WHO} threw outside of its functions, in a timer or a promise: stray at MODULE:1`],
    ['it never comes to an end', { top: 'for (;;);' }, `${WHO}: loading it has not come to an end for 3 s`],
    ['it calls process.exit', { top: 'process.exit(0);' }, `${WHO} called process.exit(0) at MODULE:1; leave the process to sweepgen`],
    ['it calls exit by its name', { top: 'import { exit } from "node:process"; exit();' }, `${WHO} called process.exit() at MODULE:1; leave the process to sweepgen`],
    ['it kills its process', { more: 'build() { process.kill(process.pid, "SIGKILL"); }' }, `${WHO} called process.kill(process.pid, "SIGKILL") at MODULE:4 (build); leave the process to sweepgen`],
    ['it aborts', { more: 'report() { process.abort(); }' }, `${WHO} called process.abort() at MODULE:4 (report); leave the process to sweepgen`],
    ['a getter throws', { more: 'get name() { throw new Error("got"); }' }, `${WHO}: its default export threw: got at MODULE:4 (name)`],
    ['a getter never returns', { more: `get summary() { ${FOREVER} }` }, `${WHO}: loading it has not come to an end for 3 s`],
    ['a Proxy throws', { more: 'params: new Proxy({}, { ownKeys() { throw new Error("trap"); } })' }, `${WHO}: its default export threw: trap at MODULE:4 (ownKeys)`],
    ['needs() returns a promise', { more: 'needs: async () => ({})' }, `${WHO}: needs() returned a promise; it must be done when it returns`],
    ['build() throws', { more: 'build() { null.x; }' }, /^workload module MODULE: build\(\) threw: Cannot read properties of null .* at MODULE:4 \(build\)$/],
    ['build() never returns', { more: `build() { ${FOREVER} }` }, `${WHO}: build() has not come to an end for 3 s`],
    ['build() returns a promise', { more: 'async build() {}' }, `${WHO}: build() returned a promise; it must be done when it returns`],
    ['build() leaves no memory to start with', { more: 'build(m) { m.fill(-1); }' }, `${WHO}: making its main goroutine after build() has not come to an end for 3 s`],
    ['report() throws', { more: 'report() { throw new RangeError("far"); }' }, `${WHO}: report() threw: far at MODULE:4 (report)`],
    ['report() returns no lines', { more: 'report: () => 7' }, /^workload module MODULE: report\(\): .*expected array/],
    ['report() never returns', { more: `report() { ${FOREVER} }` }, `${WHO}: report() has not come to an end for 3 s`],
    ['a step throws', { step: 'throw new TypeError("no such thing");' }, 'workload hostile threw at MODULE:3 (first): no such thing'],
    ['a step throws what has no message', { step: 'throw Object.create(null);' }, 'workload hostile threw: an object without a message'],
    ['a step calls itself without end', { step: 'const f = () => f(); return f();' }, 'workload hostile threw at MODULE:3 (f): Maximum call stack size exceeded'],
    ['a step calls process.exit', { step: 'process.exit(7);' }, 'workload hostile called process.exit(7) at MODULE:3 (first); leave the process to sweepgen'],
    ['a step leaves a rejection', { step: 'Promise.reject(new Error("stray")); return 1;' }, 'workload hostile threw outside of its functions, in a timer or a promise: stray at MODULE:3 (first)'],
    ['a step never returns', { step: 'for (;;);' }, `${WHO}: step 0 (first) of goroutine 1 has not returned for 3 s; a step must do a little and return, so that the world can be stopped`],
    ['a step returns nothing', { step: '' }, 'workload hostile: step 0 (first) returned undefined; a step returns the index of a step, 0 to 3, or GOEXIT, yieldTo(i), parkAt(i)'],
    ['a step returns a promise', { step: 'return Promise.resolve(1);' }, 'workload hostile: step 0 (first) returned a promise; a step does a little and returns what comes next'],
    ['a step names none', { step: 'return yieldTo(9);' }, /^workload hostile: step 0 \(first\) returned -\d+; /],
    ['steps go in a circle', { step: 'return 0;' }, /in a circle: for 3 s its steps have returned, but no number, slot, global or object has changed/],
    ['steps call in a circle', { step: 'return call(m, gp, 2, 1, 0);' }, /^workload module MODULE: gorout.* in a circle: for 3 s its steps have returned/],
    ['steps let each other run in a circle', { step: 'return yieldTo(0);' }, /in a circle: for 3 s its steps have returned/],
    ['another step never returns after the main goroutine', { step: 'start(m, mp, prepare(m, mp, gp, 3, 0)); return yieldTo(1);' }, /step 3 of goroutine \d+ has not returned for 3 s/],
    ['it changes Atomics', { step: 'Atomics.load = () => 0; return 1;' }, /^workload hostile threw at MODULE:3 \(first\): Cannot assign to read only property 'load'/],
    ['it replaces Atomics', { top: 'globalThis.Atomics = {};' }, /can't be loaded: Cannot assign to read only property 'Atomics' .* at MODULE:1$/],
    ['it takes Atomics away', { top: 'delete globalThis.Atomics;' }, /can't be loaded: Cannot delete property 'Atomics' .* at MODULE:1$/],
    ['it replaces Error', { top: 'Error = class {};' }, /can't be loaded: Cannot assign to read only property 'Error' .* at MODULE:1$/],
    ['it adds to every object', { top: 'Object.prototype.then = (f) => f(7);' }, /can't be loaded: Cannot add property then, object is not extensible at MODULE:1$/],
    ['it changes what arrays do', { top: 'Array.prototype.push = () => 0;' }, /can't be loaded: Cannot assign to read only property 'push' .* at MODULE:1$/],
    ['it changes what functions do', { step: 'Function.prototype.call = () => 0; return 1;' }, /threw at MODULE:3 \(first\): Cannot assign to read only property 'call'/],
    ['its stacks throw', { top: 'Error.prepareStackTrace = () => { throw new Error("trap"); };', step: 'null.x;' }, /^workload hostile threw: /],
  ])('ends with exit code 2 and a sentence if %s', async (_, parts, says) => {
    // Only the messages about time limits need a short limit.
    const { code, text } = await run(parts, { hangSeconds: /for 3 s/.test(String(says)) ? 3 : 60 });
    if (typeof says === 'string') expect(text).toBe(says);
    else expect(text).toMatch(says);
    expect(code).toBe(2);
    expect(text).not.toMatch(BLAMES_US);
    expect(text).not.toContain('\x1b');
  });
});

describe('a harmless module', () => {
  it.concurrent.each<[string, Parts]>([
    ['freezing what every object inherits', { top: 'Object.freeze(Object.prototype); Object.freeze(Error.prototype); Object.freeze(Array.prototype); Object.freeze(Function.prototype);' }],
    ['freezing Atomics', { top: 'Object.freeze(Atomics); Object.freeze(Int32Array.prototype);' }],
    ['methods of its own objects', { top: 'const own = {}; own.toString = () => "mine"; if (String(own) !== "mine") throw 1; class E extends Error { constructor() { super(); this.name = "E"; this.message = "m"; } } new E(); [].push = 1;' }],
    ['posting messages', { top: 'import { parentPort } from "node:worker_threads";', step: 'for (let i = 0; i < 1000; i++) parentPort.postMessage(i % 2 ? null : { ok: true, value: 7 }); return 1;' }],
    ['closing the parent port', { top: 'import { parentPort } from "node:worker_threads"; parentPort.close();' }],
    ['taking the port for messages away', { top: 'import { workerData } from "node:worker_threads"; if (workerData?.port) workerData.port.close();' }],
  ])('runs to its end: %s', async (_, parts) => {
    expect(await run({ ...parts, more: `report: () => ['well'],` }, { hangSeconds: 60 })).toEqual({ code: 0, text: 'well' });
  });
});

/** What the step does after the damage, and whether the oracle runs. */
const AFTER = ['return 1;', 'for (let i = 0; i < 100; i++) newObject(m, mp, gp, 0, 64, 0); return yieldTo(1);']
  .flatMap((then) => [false, true].map((verify) => ({ then, verify })));

describe('a memory that steps damage', () => {
  it.concurrent.each<[string, string]>([
    ['all of it', 'm.fill(-1);'],
    ['with zeros', 'm.fill(0);'],
    ['its constants', 'for (let i = 0; i < 4096; i++) m[i] = i;'],
    ['here and there', 'for (let i = 0; i < 30000; i++) m[(Math.imul(i, 2654435761) >>> 0) % m.length] = i;'],
    ['a slot in front of the frame', 'for (let i = 1; i < 8; i++) setSlot(m, gp, -i, newObject(m, mp, gp, 0, 64, 0));'],
    ['the links of free blocks', 'const o = newObject(m, mp, gp, 0, 16, 0); for (let i = 0; i < 64; i++) storeWord(m, o, i, o);'],
  ])('never makes a message blame sweepgen: %s', async (_, damage) => {
    for (const { then, verify } of sampled(AFTER, 3)) {
      const { code, text } = await run({ step: `${damage} ${then}` }, { verify, hangSeconds: 3 });
      // The damage may go unnoticed, be detected, look like a mistake of the module, or hang the machine.
      expect([0, 1, 2, 3, 4]).toContain(code);
      expect(text).not.toMatch(BLAMES_US);
      if (code === 2) expect(text).toMatch(/ at MODULE:3|has not come to an end|has not returned|in a circle/);
      if (code === 1) expect(text).toMatch(/steps of MODULE write to this memory/);
    }
  });
});

describe('the death of a thread', () => {
  it.each([['of the module', 0, /hostile|MODULE/], ['of an M', 1, /^P0 .*\nP1 /]])('%s is reported with the state of the machine', async (_, index, says) => {
    const workload = moduleOf({ step: 'setInt(m, gp, 0, getInt(m, gp, 0) + 1); return yieldTo(0);' });
    const workers: Worker[] = [];
    const hear = (worker: Worker) => void workers.push(worker);
    process.on('worker', hear);
    const runtime = await library.startRuntime({ workload, procs: 2, hangSeconds: 600 });
    // The event of the last worker comes a tick later.
    await setImmediate();
    process.off('worker', hear);
    expect(workers).toHaveLength(3);
    await workers[index].terminate();
    const error = (await runtime.finished.catch((thrown: unknown) => thrown)) as InstanceType<typeof library.MachineStuck>;
    expect(error).toBeInstanceOf(library.MachineStuck);
    expect(error.exitCode).toBe(4);
    expect(error.message).toMatch(/^a worker thread died: /);
    expect(error.report.replaceAll(workload, 'MODULE')).toMatch(says);
  });
});
