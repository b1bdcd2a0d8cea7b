/** Contention is found where programs contend, and nowhere else. */
import { describe, expect, it } from 'vitest';
import { ContentionWatcher, type Contended } from '../../src/model/contention.ts';
import { buildModelHeap } from '../../src/model/heap.ts';
import { loadModelCore, loadModelSites } from '../../src/model/load.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { predictMark } from '../../src/model/predict.ts';
import type { Interleaved } from '../../src/model/virtual-time.ts';
import { runWatched } from '../../src/model/watched-time.ts';
import type { Coroutine } from '../../src/rewrite/generated.ts';
import { ACCESS } from '../../src/rewrite/sites.ts';
import { ROUND } from './round-machine.ts';

const core = await loadModelCore();
const sites = loadModelSites();
/** Words without a name, far from the static segment. */
const AT = 1 << 20;
const LINE = 16;

function contendedIn(threads: readonly ((m: Int32Array) => Coroutine)[], interleaved?: Interleaved): Contended[] {
  const m = new Int32Array(AT + 4096);
  let watcher: ContentionWatcher | undefined;
  runWatched({ core, machine: ROUND, m, threads, inUse: 1, quantumNs: 0, interleaved }, (caches, words) => [watcher = new ContentionWatcher(caches, threads.length, words)]);
  return watcher!.finish(m, sites);
}

function sum(rows: readonly Contended[], field: 'transfers' | 'falseSharing' | 'casFailed' | 'transferNs' | 'queued' | 'sleeps'): number {
  return rows.reduce((total, row) => total + row[field], 0);
}

describe('contention', () => {
  it('on one word is no false sharing, and each transfer takes at least its time', () => {
    const rows = contendedIn([0, 1].map(() => (m: Int32Array) => core.contend(m, AT, 50)));
    expect(rows.map(({ fn, place }) => [fn, place.replace(/:\d+$/, '')])).toEqual([['contend', 'src/model/programs/litmus.ts']]);
    expect(rows[0].transfers).toBeGreaterThan(40);
    expect(rows[0].falseSharing).toBe(0);
    expect(rows[0].transferNs).toBeGreaterThanOrEqual(rows[0].transfers * ROUND.transferNs);
  });

  it('on two words of a line is false sharing, but for the first transfer', () => {
    const rows = contendedIn([0, 1].map((i) => (m: Int32Array) => core.contend(m, AT + i, 50)));
    expect(sum(rows, 'transfers')).toBeGreaterThan(40);
    expect(sum(rows, 'falseSharing')).toBe(sum(rows, 'transfers'));
  });

  it('does not exist between lines', () => {
    expect(contendedIn([0, 1].map((i) => (m: Int32Array) => core.contend(m, AT + 4 * LINE * i, 50)))).toEqual([]);
  });

  it('is false sharing between records that lose their padding', () => {
    const threads = [0, 1].map((i) => (m: Int32Array) => core.contend(m, AT + 4 * LINE * i, 50));
    const rows = contendedIn(threads, { start: AT, stride: 4 * LINE, length: LINE, count: 2 });
    expect(sum(rows, 'falseSharing')).toBeGreaterThan(40);
    expect(sum(rows, 'falseSharing')).toBe(sum(rows, 'transfers'));
  });

  it('counts sleeps on a word, with their time', () => {
    const rows = contendedIn([(m) => core.sleepAndWake(m, AT, false, 0), (m) => core.sleepAndWake(m, AT, true, 100)]);
    expect(rows.filter(({ sleeps }) => sleeps > 0)).toMatchObject([{ fn: 'futexsleep', sleeps: 1 }]);
    expect(rows[0].sleptNs).toBeGreaterThan(ROUND.wakeNs);
  });
});

describe('contention of a mark', () => {
  it('has all transfers and lost CASes of the prediction, by words of one meaning, and changes no time', async () => {
    const heap = await buildModelHeap({ workload: 'tree', params: { depth: 13 }, procs: 8 });
    const options = { core, machine: MACHINES[1], heap };
    const { explanation, ...explained } = predictMark({ ...options, explains: sites }, 8);
    const plain = predictMark(options, 8);
    expect({ ...explained, explanation: undefined }).toEqual(plain);
    const { contended } = explanation!;
    expect(sum(contended, 'transfers')).toBe(plain.events.transfer);
    expect(sum(contended, 'queued')).toBe(plain.events.queued);
    expect(sum(contended, 'casFailed')).toBe(plain.accesses[ACCESS.casFailed]);
    expect(plain.accesses[ACCESS.casFailed]).toBeGreaterThan(0);
    expect(contended).toContainEqual(expect.objectContaining({ word: 'marks of blocks', fn: 'casMark' }));
    expect(contended.length).toBeLessThan(300);
    for (const { word } of contended) expect(word).not.toMatch(/\d/);
  });
});
