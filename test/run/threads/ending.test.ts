/** A machine ends early by `stop()`, its signal or its callbacks, in the same way in every phase. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { HeapImage, Runtime, RuntimeOptions } from '../../../src/index.ts';
import { library } from '../../support/library.ts';

const { startRuntime } = library;
const folder = mkdtempSync(join(tmpdir(), 'sweepgen-ending-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENDLESS: RuntimeOptions = { workload: 'churn', params: { count: 2_000_000_000, ring: 1000 }, procs: 2 };
const SHORT: RuntimeOptions = { workload: 'churn', params: { count: 20_000, ring: 1000 }, procs: 1 };

/** A signal that counts its listeners. */
class CountingSignal extends EventTarget {
  aborted = false;
  listeners = 0;
  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners++;
    super.addEventListener(...args);
  }
  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners--;
    super.removeEventListener(...args);
  }
}

function countingSignal(): CountingSignal & AbortSignal {
  return new CountingSignal() as CountingSignal & AbortSignal;
}

/** A list of `objects` objects, each with a reference to the next. */
function longList(objects: number): HeapImage {
  return {
    name: 'list', objects, edges: objects - 1, bytes: 16 * objects, sizes: new Uint32Array(objects).fill(16), roots: Uint32Array.of(0),
    firstEdge: Uint32Array.from({ length: objects + 1 }, (_, i) => Math.min(i, objects - 1)), targets: Uint32Array.from({ length: objects - 1 }, (_, i) => i + 1),
  };
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(() => Promise.reject(new Error('nothing was thrown')), (error: Error) => error);
}

describe('stop()', () => {
  it('rejects finished with Stopped, also before the threads are up, and may be called again', async () => {
    const runtime = await startRuntime(ENDLESS);
    const stopping = [runtime.stop(), runtime.stop()];
    expect((await errorOf(runtime.finished)).name).toBe('Stopped');
    await Promise.all(stopping);
    await runtime.stop();
  });

  it('ends a machine that collects', async () => {
    const runtime: Runtime = await startRuntime({ ...ENDLESS, gogc: 1, onCycle: () => void runtime.stop() });
    expect(await errorOf(runtime.finished)).toBeInstanceOf(library.Stopped);
  });

  it('keeps the result of a finished machine', async () => {
    const runtime = await startRuntime(SHORT);
    const { memstats } = await runtime.finished;
    await runtime.stop();
    expect((await runtime.finished).memstats).toBe(memstats);
  });

  it('aborts a heap dump', async () => {
    const heapdump = join(folder, 'broken-off.gz');
    const runtime = await startRuntime({ workload: 'list', params: { count: 300_000, runs: 1 }, procs: 1, heapdump });
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await runtime.stop();
    expect(await errorOf(runtime.finished)).toBeInstanceOf(library.Stopped);
    // The file holds an incomplete dump.
    expect(() => gunzipSync(readFileSync(heapdump))).toThrow();
  });
});

describe('the signal', () => {
  it('ends a machine as stop() does', async () => {
    const controller = new AbortController();
    const runtime = await startRuntime({ ...ENDLESS, signal: controller.signal });
    controller.abort();
    expect(await errorOf(runtime.finished)).toBeInstanceOf(library.Stopped);
  });

  it('prevents the start of a machine if it is aborted', async () => {
    expect(await errorOf(startRuntime({ ...ENDLESS, signal: AbortSignal.abort() }))).toBeInstanceOf(library.Stopped);
  });

  it('ends the loading of a heap', async () => {
    const controller = new AbortController();
    const starting = startRuntime({ workload: 'collect', heap: longList(1_000_000), procs: 1, signal: controller.signal });
    // The signal arrives before the threads start: a million objects are loaded in many pieces.
    setTimeout(() => controller.abort(), 0);
    expect(await errorOf(starting)).toBeInstanceOf(library.Stopped);
  });

  it('has no listener of a finished machine', async () => {
    const signal = countingSignal();
    const counts: number[] = [];
    for (const options of [SHORT, { ...SHORT, seed: 2 }]) {
      const runtime = await startRuntime({ ...options, signal });
      counts.push(signal.listeners);
      await runtime.finished;
      counts.push(signal.listeners);
    }
    await errorOf(startRuntime({ ...SHORT, workload: './nowhere.mjs', signal }));
    expect([...counts, signal.listeners]).toEqual([1, 0, 1, 0, 0]);
  });
});

describe('a callback', () => {
  const CALLBACKS = ['onCycle', 'onTick', 'onTrace'] as const;

  it.each(CALLBACKS)('%s that throws ends the machine with its error', async (name) => {
    const runtime = await startRuntime({ ...ENDLESS, gogc: 10, debug: name === 'onTrace' ? ['allocfreetrace'] : [], [name]: () => { throw new RangeError('mine'); } });
    expect(await errorOf(runtime.finished)).toEqual(new RangeError('mine'));
  });

  it.each(CALLBACKS)('%s whose promise is rejected ends the machine with its error', async (name) => {
    const runtime = await startRuntime({ ...ENDLESS, gogc: 10, debug: name === 'onTrace' ? ['allocfreetrace'] : [], [name]: async () => { throw new RangeError('mine'); } });
    expect(await errorOf(runtime.finished)).toEqual(new RangeError('mine'));
  });

  it('is awaited, and may still reject after the last goroutine has ended', async () => {
    let done = (): void => {};
    const asked = new Promise<void>((resolve) => (done = resolve));
    const runtime = await startRuntime({ ...SHORT, params: { count: 400_000, ring: 100 }, onCycle: () => asked.then(() => Promise.reject(new RangeError('late'))) });
    setTimeout(done, 50);
    expect(await errorOf(runtime.finished)).toEqual(new RangeError('late'));
  });
});

describe('the memory of a machine', () => {
  it.each(['go1.3', 'tuned'] as const)('is freed with it (%s)', async (policy) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { signal } = new AbortController();
    async function runOne(): Promise<WeakRef<object>> {
      const runtime = await startRuntime({ ...SHORT, policy, signal, onCycle: () => {} });
      await runtime.finished;
      return new WeakRef(runtime.m.buffer);
    }
    const memory = await runOne();
    while (memory.deref() !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      collect();
    }
    expect(memory.deref()).toBeUndefined();
  });
});
