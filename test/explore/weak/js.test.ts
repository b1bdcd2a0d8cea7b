import { describe, expect, it } from 'vitest';
import { endsOf } from './programs.ts';

const js = (threads: string) => endsOf(threads, 'js');

describe('under ECMAScript\'s memory model', () => {
  it('two plain stores may both be missed by plain loads that follow', async () => {
    expect(await js('[(a) => { a[0] = 1; return a[1]; }, (a) => { a[1] = 1; return a[0]; }]')).toEqual(['0 0', '0 1', '1 0', '1 1']);
  });

  it('one of two atomic stores is seen by the atomic loads that follow', async () => {
    expect(await js('[(a) => { Atomics.store(a, 0, 1); return Atomics.load(a, 1); }, (a) => { Atomics.store(a, 1, 1); return Atomics.load(a, 0); }]')).toEqual(['0 1', '1 0', '1 1']);
  });

  it('a flag that is stored or read by a plain access publishes nothing', async () => {
    expect(await js('[(a) => { a[0] = 1; a[1] = 1; }, (a) => [Atomics.load(a, 1), a[0]]]')).toContain('1 0');
    expect(await js('[(a) => { a[0] = 1; Atomics.store(a, 1, 1); }, (a) => [a[1], a[0]]]')).toContain('1 0');
    expect(await js('[(a) => { a[0] = 1; Atomics.store(a, 1, 1); }, (a) => [Atomics.load(a, 1), a[0]]]')).toEqual(['0 0', '0 1', '1 1']);
  });

  it('what a thread saw by a plain load it may miss by the next', async () => {
    expect(await js('[(a) => { a[0] = 1; }, (a) => [a[0], a[0]]]')).toEqual(['0 0', '0 1', '1 0', '1 1']);
  });

  it('an exchange passes on what it saw', async () => {
    expect(await js('[(a) => { a[0] = 1; Atomics.store(a, 1, 1); }, (a) => { Atomics.add(a, 1, 1); }, (a) => [Atomics.load(a, 1), a[0]]]')).not.toContain('2 0');
  });

  it('a woken thread sees what its waker had done', async () => {
    expect(await js('[(a) => { a[0] = 7; Atomics.notify(a, 1); }, (a) => (Atomics.wait(a, 1, 0, 1) === "ok" ? a[0] : "late")]')).toEqual(['7', 'late']);
  });

  it('an atomic load may return a plain store that races, and never an overwritten atomic one', async () => {
    expect(await js('[(a) => { a[0] = 1; }, (a) => { Atomics.store(a, 0, 2); return Atomics.load(a, 0); }]')).toEqual(['1', '2']);
    expect(await js('[(a) => { Atomics.store(a, 0, 1); Atomics.store(a, 0, 2); return Atomics.load(a, 1); }, (a) => [Atomics.load(a, 0), Atomics.load(a, 0)]]')).toEqual(['0 0 0', '0 0 1', '0 0 2', '0 1 1', '0 1 2', '0 2 2']);
  });

  it('of two atomic stores that it must have seen, a plain load returns the newer', async () => {
    expect(await js(`[
      (a) => { Atomics.store(a, 0, 1); Atomics.store(a, 1, 1); },
      (a) => { if (Atomics.load(a, 0) === 1) { Atomics.store(a, 0, 2); Atomics.store(a, 2, 1); } },
      (a) => (Atomics.load(a, 1) + Atomics.load(a, 2) === 2 ? a[0] : 2),
    ]`)).toEqual(['2']);
  });

  it('a load of a type that tears takes each byte from any store, others from one', async () => {
    const big = (store: string, load: string) => js(`[(a) => { const b = new BigInt64Array(a.buffer); ${store}; }, (a) => { const b = new BigInt64Array(a.buffer); return String(${load}); }]`);
    expect(await big('b[0] = 0x100000001n', 'b[0]')).toEqual(['0', '1', '4294967296', '4294967297']);
    expect(await big('Atomics.store(b, 0, 0x100000001n)', 'Atomics.load(b, 0)')).toEqual(['0', '4294967297']);
    expect(await js('[(a) => { a[0] = 0x101; }, (a) => a[0]]')).toEqual(['0', '257']);
    expect(await js('[(a) => { new DataView(a.buffer).setInt16(0, 0x101, true); }, (a) => new DataView(a.buffer).getInt16(0, true)]')).toEqual(['0', '1', '256', '257']);
    expect(await js('[(a) => { new Float32Array(a.buffer)[0] = 1.5; }, (a) => [new Float32Array(a.buffer)[0]].length]')).toEqual(['1']);
  });

  it('a load of a word takes its bytes from stores of bytes, each on its own', async () => {
    expect(await js('[(a) => { const b = new Uint8Array(a.buffer); b[0] = 1; b[1] = 1; }, (a) => a[0]]')).toEqual(['0', '1', '256', '257']);
    expect(await js('[(a) => { a[0] = 0x101; }, (a) => new Uint8Array(a.buffer)[1]]')).toEqual(['0', '1']);
  });
});
