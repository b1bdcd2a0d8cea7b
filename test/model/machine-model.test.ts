import { describe, expect, it } from 'vitest';
import { MachineModelShape, missNs } from '../../src/model/machine-model.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { ROUND } from './round-machine.ts';

const MB = 1 << 20;

describe('machine models', () => {
  it.each([
    { inUse: 1, ns: 40 },
    { inUse: MB, ns: 40 },
    { inUse: 4 * MB, ns: 60 },
    { inUse: 16 * MB, ns: 80 },
    { inUse: 1000 * MB, ns: 80 },
  ])('take $ns ns for a miss with $inUse bytes in use', ({ inUse, ns }) => {
    expect(missNs(ROUND, inUse)).toBeCloseTo(ns, 9);
  });

  it.each(MACHINES)('include $name, which is valid', (machine) => {
    expect(MachineModelShape.parse(machine)).toEqual(machine);
  });

  it('have unique names', () => {
    expect(new Set(MACHINES.map(({ name }) => name)).size).toBe(MACHINES.length);
  });
});
