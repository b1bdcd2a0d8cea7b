/** A player's data of a test's own accesses. */
import type { Player } from '../../../src/report/player.ts';
import { ACCESS } from '../../../src/rewrite/sites.ts';

/** The word is an address of `words`. */
export type Row = readonly [thread: number, kind: keyof typeof ACCESS, word: number, value: number, old: number];

/** @param words names by address @param more fields in place of the usual */
export function madeUp(rows: readonly Row[], words: Readonly<Record<number, string>>, more: Partial<Player> = {}): Player {
  const at = Object.keys(words).map(Number);
  return {
    name: 'made-up on 2 Ps',
    verdict: 'invariant',
    explanation: ['all threads finished, but the check failed:', '  LOST: a count'],
    story: [],
    moments: [],
    mutant: null,
    repeat: "sweepgen replay 'v1:abc'",
    threads: [{ name: 'M0', ended: rows.length }, { name: 'M1', ended: null }],
    files: [{ name: 'src/a.ts', planted: null, blocks: [{ line: 1, lines: ['function f(m) {', '  m[0]++;', '}'] }] }],
    functions: ['f', 'main'],
    sites: { file: [0, 0], line: [2, 1], function: [0, 1], text: ['m[0]++', 'f(m)'] },
    paths: { parent: [-1], site: [1] },
    words: { at, name: Object.values(words), form: at.map(() => 0) },
    valueNames: [],
    omitted: 0,
    steps: {
      thread: rows.map(([thread]) => thread),
      site: rows.map(() => 0),
      path: rows.map(() => 0),
      word: rows.map(([, , word]) => at.indexOf(word)),
      kind: rows.map(([, kind]) => ACCESS[kind]),
      value: rows.map(([, , , value]) => value),
      old: rows.map(([, , , , old]) => old),
    },
    preemptions: { step: [], from: [] },
    locks: { step: [], holder: [], word: [] },
    waits: { step: [], thread: [], wait: [], word: [], by: [] },
    ...more,
  };
}

/** Names of words. */
export const WORDS = { 10: 'COUNT', 11: 'own', 12: 'lock', 40: 'beyond' };

/** Two threads: M1 takes a lock, M0 wants it, sleeps, and is woken. */
export const ROWS: readonly Row[] = [
  [0, 'load', 10, 0, 0],
  [1, 'cas', 12, 1, 0],
  [1, 'load', 10, 0, 0],
  [1, 'store', 10, 1, 0],
  [0, 'casFailed', 12, 1, 1],
  [0, 'wait', 12, 1, 1],
  [1, 'rmw', 12, 0, 1],
  [1, 'notify', 12, 1, 0],
  [0, 'store', 10, 5, 1],
  [0, 'store', 11, 3, 0],
];
