import { describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../../src/base/fatal.ts';
import { compilableMemory } from '../../../src/compiled/instance.ts';
import { planMachine } from '../../../src/run/shape.ts';
import { checkAddressSpace } from '../../../src/run/threads/address-space.ts';
import { reserveMemory, type Sources } from '../../../src/run/threads/reserve.ts';

const NEEDS = { arenaBytes: 1 << 20, globals: 1, goroutines: 1 };
const machine = planMachine({ procs: 1, arena: 2 << 20 }, NEEDS);

const ALL: Sources = { canCompile: () => true, compilable: compilableMemory, plain: (bytes) => new SharedArrayBuffer(bytes) };
function refuse(): never {
  throw new RangeError('no room');
}

describe('the memory of a machine', () => {
  it('is a plain one where no code is compiled', () => {
    const memory = reserveMemory(machine, 'javascript', { ...ALL, compilable: refuse });
    expect(memory).toMatchObject({ compiled: null });
    expect(memory.note).toBeUndefined();
  });

  it('is a plain one for a collector with a mark loop of its own', () => {
    const older = planMachine({ procs: 1, arena: 2 << 20, collector: 'bitmap' }, NEEDS);
    expect(reserveMemory(older, undefined, { ...ALL, compilable: refuse })).toMatchObject({ compiled: null });
  });

  it('is one for WebAssembly by default', () => {
    const { buffer, compiled, note } = reserveMemory(machine, undefined, ALL);
    expect(compiled?.memory.buffer).toBe(buffer);
    expect(buffer.byteLength).toBeGreaterThanOrEqual(machine.words * 4);
    expect(note).toBeUndefined();
  });

  it.each([
    ['can not be had', { ...ALL, compilable: refuse }, /^the system refuses a WebAssembly memory of \d+ MB \(no room\); the mark loop runs as JavaScript$/],
    ['is switched off', { ...ALL, canCompile: () => false, compilable: refuse }, /^this Node has no WebAssembly \(--jitless\?\); the mark loop runs as JavaScript$/],
  ])('is a plain one, with a note, where WebAssembly %s', (_, sources, note) => {
    const memory = reserveMemory(machine, undefined, sources);
    expect(memory).toMatchObject({ compiled: null, note: expect.stringMatching(note) as string });
    expect(memory.buffer.byteLength).toBe(machine.words * 4);
  });

  it('is a plain one, with a note, when WebAssembly.Memory throws', () => {
    const memory = vi.spyOn(WebAssembly, 'Memory').mockImplementation(refuse);
    try {
      expect(reserveMemory(machine, undefined)).toMatchObject({ compiled: null, note: expect.stringMatching(/^the system refuses a WebAssembly memory of \d+ MB \(no room\); the mark loop runs as JavaScript$/) as string });
      expect(memory).toHaveBeenCalledOnce();
    } finally {
      memory.mockRestore();
    }
  });

  it('is refused where WebAssembly was asked for by name', () => {
    expect(() => reserveMemory(machine, 'wasm', { ...ALL, compilable: refuse })).toThrow(/^--code wasm: the system refuses .*; leave --code out, and the loop runs as JavaScript$/);
    expect(() => reserveMemory(machine, 'wasm', { ...ALL, canCompile: () => false })).toThrow(UsageError);
  });

  it('says what was refused, and names no size that would not help', () => {
    expect(() => reserveMemory(machine, 'javascript', { ...ALL, plain: refuse })).toThrow(/^the system refuses \d+ MB of shared memory \(no room\), of which the arena is 2 MB; give a smaller --arena, or allow the process more memory \(ulimit -v\)$/);
    const least = planMachine({ procs: 1, arena: 64 << 10 }, NEEDS);
    expect(() => reserveMemory(least, 'javascript', { ...ALL, plain: refuse })).toThrow(/of which the arena is 1 MB; allow the process more memory \(ulimit -v\)$/);
  });
});

describe('address space for the threads', () => {
  const limited = (limitMB: number, usedMB: number) => (path: string) =>
    (path.endsWith('limits') ? `Max stack size   8388608  unlimited  bytes\nMax address space         ${limitMB * 2 ** 20}           ${limitMB * 2 ** 20}           bytes\n` : `Name:\tnode\nVmSize:\t  ${usedMB * 1024} kB\n`);

  it('is enough without a limit, or where none can be read', () => {
    expect(() => checkAddressSpace(64, () => 'Max address space         unlimited            unlimited            bytes\nVmSize: 700000 kB\n')).not.toThrow();
    expect(() => checkAddressSpace(64, refuse)).not.toThrow();
  });

  it('says how many threads fit below a limit', () => {
    expect(() => checkAddressSpace(2, limited(4000, 1000))).not.toThrow();
    expect(() => checkAddressSpace(64, limited(4000, 1000))).toThrow('64 threads need about 40.6 GB of address space, and the limit (ulimit -v) leaves 2.9; give --procs 4, or a higher limit');
    expect(() => checkAddressSpace(1, limited(1200, 1000))).toThrow('1 thread needs about 0.6 GB of address space, and the limit (ulimit -v) leaves 0.2; give a higher limit');
  });
});
