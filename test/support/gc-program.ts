/**
 * Reads GC programs, by the description in docs/explanation/types.md and with its numbers, not by the
 * collector's code.
 */
import type { Mem } from '../../src/memory/struct.ts';
import type { Ref } from '../../src/memory/address.ts';

const NAMES = ['end', 'ptr', 'aptr', 'arrayStart', 'arrayNext', 'call', 'chanPtr', 'string', 'eface', 'iface', 'slice', 'region', 'defaultPtr', 'chan'];
const ARGUMENTS: Readonly<Record<string, number>> = { ptr: 1, slice: 1, chanPtr: 1, call: 1, arrayStart: 2, region: 2 };

/** Where pointers may lie in a value, as its program says: 32-bit words from its start. */
export function slotsOfProgram(m: Mem, program: Ref, pw: number): number[] {
  const slots: number[] = [];
  walk(m, program + 1, 0, pw, slots);
  return slots;
}

/** @returns the instruction that ended this piece */
function walk(m: Mem, from: Ref, base: number, pw: number, slots: number[]): Ref {
  for (let pc = from; ; ) {
    const at = base + (m[pc] >>> 10);
    const run = ((m[pc] >>> 4) & 63) + 1;
    const name = NAMES[m[pc] & 15];
    switch (name) {
      case 'end':
      case 'arrayNext':
        return pc;
      case 'ptr': case 'aptr':
        for (let i = 0; i < run; i++) slots.push(at + i * pw);
        break;
      case 'chanPtr': case 'string': case 'slice':
        slots.push(at);
        break;
      case 'eface': case 'iface':
        slots.push(at, at + pw);
        break;
      case 'call':
        walk(m, pc + m[pc + 1], at, pw, slots);
        break;
      case 'arrayStart': {
        let end = pc;
        for (let i = 0; i < m[pc + 1]; i++) end = walk(m, pc + 3, at + i * m[pc + 2], pw, slots);
        pc = end + 1;
        continue;
      }
      case 'region': {
        const program = m[pc + 2] >>> 2;
        for (let i = 0; i < m[pc + 1]; i += m[program]) walk(m, program + 1, at + i, pw, slots);
        break;
      }
      default:
        throw new Error(`${m[pc]} at ${pc} is no instruction of a type`);
    }
    pc += 1 + (ARGUMENTS[name] ?? 0);
  }
}

/** A program's instructions as `name offset arguments`; programs and types are named by `nameOf`. */
export function listing(m: Mem, program: Ref, nameOf: (ref: Ref) => string, pw: number): string[] {
  const lines: string[] = [];
  for (let pc = program + 1; ; ) {
    const name = NAMES[m[pc] & 15];
    const line: (string | number)[] = [name, m[pc] >>> 10];
    if (name === 'ptr' || name === 'slice') line.push(nameOf(m[pc + 1] >>> 2), m[pc + 1] & 3);
    if (name === 'chanPtr') line.push(nameOf(m[pc + 1]));
    if (name === 'call') line.push(nameOf(pc + m[pc + 1] - 1));
    if (name === 'arrayStart') line.push(m[pc + 1], m[pc + 2]);
    if (name === 'region') line.push(m[pc + 1], nameOf(m[pc + 2] >>> 2), m[pc + 2] & 3);
    // A run is listed pointer by pointer.
    for (let i = 0; i <= ((m[pc] >>> 4) & 63); i++) lines.push([line[0], Number(line[1]) + i * pw, ...line.slice(2)].join(' '));
    if (name === 'end') return lines;
    pc += 1 + (ARGUMENTS[name] ?? 0);
  }
}
