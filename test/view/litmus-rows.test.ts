/** The litmus tests of a report, before they are drawn. */
import { describe, expect, it } from 'vitest';
import { findLitmus } from '../../src/view/litmus-rows.ts';
import type { AnyDocument } from '../../src/view/view.ts';
import { sweepgen } from '../support/in-process.ts';

const document = JSON.parse((await sweepgen(['litmus', 'SB', 'LB', '--rounds', '0', '--json'])).out);

function rowsOf(changed: unknown) {
  return findLitmus([{ name: 'l.json', document: changed as AnyDocument }])![0];
}

describe('the litmus tests of a report', () => {
  it('have a verdict of each model, for the result in question and for all results', () => {
    const { tests, memories } = rowsOf(document);
    expect(memories).toEqual(['sc', 'tso', 'js']);
    expect(tests.map(({ name, result, verdicts, seen }) => [name, result, verdicts, seen])).toEqual([
      ['SB', 'r0=0 r1=0', { sc: '-', tso: 'reached', js: 'reached' }, undefined],
      ['LB', 'r0=1 r1=1', { sc: '-', tso: '-', js: 'allowed' }, undefined],
    ]);
    expect(tests[0].results.find(({ result }) => result === 'r0=0 r1=0')).toMatchObject({ verdicts: tests[0].verdicts, isWrong: false });
  });

  it('have those first that contradict something', () => {
    const [sb, lb] = document.tests;
    const wrong = { ...lb, disagreements: [{ kind: 'seen', memory: 'js', result: 'r0=1 r1=1' }] };
    const { tests } = rowsOf({ ...document, tests: [sb, wrong] });
    expect(tests.map(({ name, isWrong }) => [name, isWrong])).toEqual([['LB', true], ['SB', false]]);
    expect(tests[0].results.filter(({ isWrong }) => isWrong).map(({ result }) => result)).toEqual(['r0=1 r1=1']);
  });

  it('say that a search ended early', () => {
    const [sb, lb] = document.tests;
    const early = { ...lb, models: lb.models.map((model: object) => ({ ...model, complete: false })) };
    expect(rowsOf({ ...document, tests: [sb, early] }).tests[1].verdicts.js).toBe('not found');
  });

  it('are not there without a document of litmus tests', () => {
    expect(findLitmus([])).toBeUndefined();
  });
});
