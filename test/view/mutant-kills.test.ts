/** The kill table, before it is drawn. */
import { describe, expect, it } from 'vitest';
import { findKills, shareFound } from '../../src/view/mutant-kills.ts';
import type { AnyDocument } from '../../src/view/view.ts';
import { failureOf } from '../explore/slices.ts';

const search = (executions: number, key?: string) => ({ seed: 1, executions, seconds: executions / 10, failure: key === undefined ? null : failureOf(key) });

function mutant(name: string, killed: boolean | null, searches: readonly ReturnType<typeof search>[]) {
  return { mutant: name, file: 'src/gc/mark.ts', history: 'Go 1.3; fixed in 1.4', breaks: 'what', killed, lost: killed === null ? 'a worker died' : '', executions: searches[0]?.executions ?? null, seconds: searches[0]?.seconds ?? null, searches };
}

const document = {
  schema: 1, command: 'mutants', strategy: 'portfolio', monitors: [], seconds: 9,
  mutants: [
    mutant('killed', true, [search(4, 'a'), search(2, 'b'), search(8, 'b')]),
    mutant('lost', null, []),
    mutant('survives', false, [search(99), search(4, 'a')]),
  ],
} as unknown as AnyDocument;

describe('the kill table', () => {
  const { rows } = findKills([{ name: 'm.json', document }])!;

  it('has first the mutants that were not killed', () => {
    expect(rows.map(({ name, fate, found, searches }) => [name, fate, found, searches.length])).toEqual([['survives', 'survives', 1, 2], ['lost', 'lost', 0, 0], ['killed', 'killed', 3, 3]]);
  });

  it('names the module and the most frequent failure', () => {
    expect(rows.map(({ module }) => module)).toEqual(Array(3).fill('gc/mark'));
    expect(rows.map(({ by }) => by)).toEqual(['a', undefined, 'b and 1 more']);
  });

  it('is not there without a document of mutants', () => {
    expect(findKills([])).toBeUndefined();
  });

  it('links to the player of the mutant', () => {
    const withPlayers = { ...document, players: [{ failure: 'a', mutant: 'survives' }] } as unknown as AnyDocument;
    const linked = findKills([{ name: 'other', document }, { name: 'm.json', document: withPlayers }])!.rows;
    expect(linked.filter(({ anchor }) => anchor !== undefined).map(({ name, anchor }) => [name, anchor])).toEqual([['survives', 'player:survives%3Aa']]);
  });
});

describe('the share of searches that found their mutant', () => {
  it('grows with executions, and ends below 1 if some found nothing', () => {
    const { rows } = findKills([{ name: 'm.json', document }])!;
    expect(shareFound(rows)).toEqual([{ x: 2, y: 0.2 }, { x: 4, y: 0.6 }, { x: 8, y: 0.8 }]);
  });
});
