/** Finalizers are set and removed on objects of an unswept span while the span is swept. */
import { programPerM, repeat } from './program-per-m.ts';

const ALL = 1000;
const BYTES = 1024;

export const specialsSweep = programPerM({
  name: 'specials-sweep',
  summary: 'Ms set and remove finalizers in spans that are being swept',
  procs: [3, 2, 4],
  // One span: some objects have a finalizer, and some of those are garbage.
  before: () => [
    ...repeat(3, (i) => [['malloc', 0, BYTES], ['swap', 0, i], ['malloc', 0, BYTES], ['finalize', 0], ['drop', 0]]),
    ['malloc', 0, BYTES],
    ['finalize', 0],
    ['collect'],
  ],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['unfinalize', 0], ['finalize', 0]];
      if (index === 1) return [['sweep', ALL], ['swap', 2, 2], ['finalize', 2]];
      return repeat(2, (i) => {
        const cell = (2 * index + i) % 3;
        return [['swap', cell, cell], ['finalize', cell], ['unfinalize', cell], ['finalize', cell]];
      });
    }),
});
