import { describe, expect, it } from 'vitest';
import { endsOf } from './programs.ts';

const tso = (threads: string) => endsOf(threads, 'tso');
const sc = (threads: string) => endsOf(threads, 'sc');

describe('under total store order', () => {
  it('two plain stores may both be missed by the loads that follow, atomic ones too', async () => {
    const all = ['0 0', '0 1', '1 0', '1 1'];
    expect(await tso('[(a) => { a[0] = 1; return a[1]; }, (a) => { a[1] = 1; return a[0]; }]')).toEqual(all);
    expect(await tso('[(a) => { a[0] = 1; return Atomics.load(a, 1); }, (a) => { a[1] = 1; return Atomics.load(a, 0); }]')).toEqual(all);
  });

  it.each(['Atomics.store(a, 5, 1)', 'Atomics.add(a, 5, 1)', 'Atomics.compareExchange(a, 5, 9, 1)', 'Atomics.notify(a, 5)', 'Atomics.wait(a, 5, 9)'])('%s empties the buffer', async (fence) => {
    expect(await tso(`[(a) => { a[0] = 1; ${fence}; return a[1]; }, (a) => { a[1] = 1; ${fence}; return a[0]; }]`)).toEqual(['0 1', '1 0', '1 1']);
  });

  it.each([
    ['stores are seen in order', '[(a) => { a[0] = 1; a[1] = 1; }, (a) => [a[1], a[0]]]'],
    ['no load goes back', '[(a) => { a[0] = 1; a[0] = 2; }, (a) => [a[0], a[0]]]'],
    ['all see stores in one order', '[(a) => { a[0] = 1; }, (a) => { a[1] = 1; }, (a) => [a[0], a[1]], (a) => [a[1], a[0]]]'],
    ['loads are not late', '[(a) => { const r = a[1]; a[0] = 1; return r; }, (a) => { const r = a[0]; a[1] = 1; return r; }]'],
  ])('%s', async (_, threads) => {
    expect(await tso(threads)).toEqual(await sc(threads));
  });

  it('a thread sees its own store before the others do', async () => {
    expect(await tso('[(a) => { a[0] = 1; return [a[0], a[1]]; }, (a) => { a[1] = 1; return [a[1], a[0]]; }]')).toContain('1 0 1 0');
    expect(await tso('[(a) => { a[0] = 1; return a[0]; }, (a) => { a[0] = 2; return a[0]; }]')).toEqual(['1 1', '1 2', '2 2']);
  });

  it('a store that is late lets no load after a newer value go back', async () => {
    expect(await tso('[(a) => { a[0] = 1; return [a[1], a[2]]; }, (a) => { a[2] = 1; a[1] = 1; return a[0]; }]')).not.toContain('1 0 0');
  });

  it('a buffered byte is seen in the word that holds it', async () => {
    expect(await tso('[(a) => { new Uint8Array(a.buffer)[1] = 1; return [a[0], a[1]]; }, (a) => { new Uint8Array(a.buffer)[4] = 1; return [a[1], a[0]]; }]')).toContain('256 0 1 0');
  });
});
