import { expect, test } from 'vitest';
import { MachineModelShape, missNs } from '../../src/model/machine-model.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { ROUND } from './round-machine.ts';

const MB = 1 << 20;

test.each([
  { inUse: 1, ns: 40 },
  { inUse: MB, ns: 40 },
  { inUse: 4 * MB, ns: 60 },
  { inUse: 16 * MB, ns: 80 },
  { inUse: 1000 * MB, ns: 80 },
])('with $inUse bytes in use a miss takes $ns ns: by the logarithm between two sizes, level beyond them', ({ inUse, ns }) => {
  expect(missNs(ROUND, inUse)).toBeCloseTo(ns, 9);
});

test.each(MACHINES)('$name is a machine', (machine) => {
  expect(MachineModelShape.parse(machine)).toEqual(machine);
});

test('machines have names of their own', () => {
  expect(new Set(MACHINES.map(({ name }) => name)).size).toBe(MACHINES.length);
});
