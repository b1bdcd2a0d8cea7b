/** A thread that is pinned runs on its processor alone, and other threads where they may. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probeThreads } from '../../../src/model/calibrate/probe-threads.ts';
import { pinThread } from '../../../src/model/calibrate/pin-thread.ts';
import { readSystem } from '../../../src/model/calibrate/system.ts';
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { ROOT } from '../../../src/base/root.ts';

const isLinux = process.platform === 'linux';
const cpus = readSystem().sockets.flat(2);
const allowed = () => /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1];

describe.runIf(isLinux)('pinThread', () => {
  it('pins the calling thread alone', async () => {
    const before = allowed();
    const script = `
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(join(ROOT, 'dist/src/model/calibrate/pin-thread.js'))}).then(({ pinThread }) => {
        pinThread(${cpus[0]});
        parentPort.postMessage(require('node:fs').readFileSync('/proc/thread-self/status', 'utf8'));
      });`;
    const worker = new Worker(script, { eval: true });
    const status = await new Promise<string>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    expect(status).toMatch(new RegExp(`^Cpus_allowed_list:\\s*${cpus[0]}$`, 'm'));
    expect(allowed()).toBe(before);
    await worker.terminate();
  });

  it('refuses a processor that there is not, in a sentence', () => {
    expect(() => pinThread(65_000)).toThrow(/^a thread can't be put on processor 65000: /);
  });
});

describe.runIf(isLinux && cpus.length > 1)('probes on two processors', () => {
  it('return times', async () => {
    const probes = probeThreads();
    const far = await probes.chaseMemoryOf(cpus[1], cpus[0], 1 << 16);
    expect(far).toBeGreaterThan(0);
    await probes.close();
  });
});
