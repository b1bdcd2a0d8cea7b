import { describe, expect, it } from 'vitest';
import { OrdinaryMemory } from '../../../src/explore/ordinary/memory.ts';

type Shared = NonNullable<ReturnType<OrdinaryMemory['sharedOf']>>;

function sharedOf(view: NodeJS.ArrayBufferView): Shared {
  return (view as unknown as { $shared: Shared }).$shared;
}

function begun(limit?: number): OrdinaryMemory {
  const memory = new OrdinaryMemory();
  memory.begin(limit);
  return memory;
}

describe('the memory of ordinary code', () => {
  it('gives each buffer words of its own', () => {
    const memory = begun();
    const [a, b] = [memory.newBuffer(10), memory.newBuffer(8)];
    expect([sharedOf(new Uint8Array(a, 2)).start, sharedOf(new Int32Array(b, 4)).start]).toEqual([2, 16]);
    expect(memory.words).toBe(5);
  });

  it('knows a buffer that it did not make, and no memory that is not shared', () => {
    const memory = begun();
    memory.newBuffer(8);
    expect(sharedOf(new Int32Array(new SharedArrayBuffer(8))).start).toBe(8);
    expect(sharedOf(new Int32Array(2))).toBeUndefined();
    expect(sharedOf(new DataView(new ArrayBuffer(8)))).toBeUndefined();
  });

  it('makes the same buffers again, cleared', () => {
    const memory = begun();
    const first = memory.newBuffer(8);
    new Int32Array(first)[1] = 7;
    memory.begin();
    const second = memory.newBuffer(8);
    expect(second).toBe(first);
    expect([...new Int32Array(second)]).toEqual([0, 0]);
    memory.begin();
    expect(memory.newBuffer(12)).not.toBe(first);
  });

  it('copies words that a value touches, the last bytes of a buffer too', () => {
    const memory = begun();
    const m = new Int32Array(8);
    const buffer = memory.newBuffer(10);
    const view = new Uint8Array(buffer);
    view.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    memory.copyAll(sharedOf(view), m, new Uint8Array(1));
    expect([...new Uint8Array(m.buffer).slice(0, 12)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0]);
    expect(memory.hasChanged()).toBe(true);
    memory.copyAll(sharedOf(view), m, new Uint8Array(1));
    expect(memory.hasChanged()).toBe(false);
  });

  it('names a word by the narrowest view, and views of one name by number', () => {
    const memory = begun();
    const buffer = memory.newBuffer(64);
    const named = (view: NodeJS.ArrayBufferView, name: string) => memory.name(view, name);
    named(new Int32Array(buffer), 'all');
    named(new Int32Array(buffer, 32, 2), 'head');
    named(new Float64Array(buffer, 40), 'slots');
    named(new Int32Array(memory.newBuffer(8)), 'all');
    expect([0, 3, 8, 9, 12, 17].map((at) => memory.nameOf(at))).toEqual(['all[0]', 'all[3]', 'head[0]', 'head[1]', 'slots[1]', 'all#2[1]']);
    expect(memory.nameOf(99)).toBe('word 99');
  });

  it('shows values that are no 32-bit numbers', () => {
    const memory = begun();
    const shown = (view: NodeJS.ArrayBufferView, ...values: (number | bigint)[]) => values.map((value) => memory.show(0, memory.token(sharedOf(view), 0, value)));
    const buffer = memory.newBuffer(16);
    expect(shown(new BigInt64Array(buffer), 5n, -1n)).toEqual(['5n', '-1n']);
    expect(shown(new Float64Array(buffer), 0.25, -0, NaN)).toEqual(['0.25', '-0', 'NaN']);
    expect(shown(new Uint32Array(buffer), 2 ** 32 - 1)).toEqual(['4294967295']);
    expect(shown(new Int32Array(buffer), -1)).toEqual([undefined]);
  });

  it('refuses more memory than the engine restores', () => {
    expect(() => begun(16).newBuffer(128)).toThrow(/the shared buffers have 32 words; exploration restores at most 16: make them in setup, and smaller/);
  });
});
