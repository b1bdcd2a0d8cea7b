import { describe, expect, it } from 'vitest';
import { LitmusDocument } from '../../../src/cli/litmus-document.ts';
import { documentsIn } from '../../../src/report/html.ts';
import { cli } from '../fakes.ts';

describe('litmus', () => {
  it('prints a table of tests, without threads if there are no rounds', async () => {
    const { code, out, err } = await cli('litmus SB MP+atomic --rounds 0');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('SB         r0=0 r1=0  -   reached  reached\n');
    expect(out).toContain('MP+atomic  r0=1 r1=0  -   -        -\n');
    expect(out).toMatch(/2 tests, 0 rounds on threads\n$/);
  });

  it('asks one model', async () => {
    const { out } = await cli('litmus SB --rounds 0 --memory tso');
    expect(out).toMatch(/^test  result     tso      seen  rounds\nSB    r0=0 r1=0  reached\n/);
  });

  it('runs tests on threads, and prints a document', async () => {
    const { code, out } = await cli('litmus SB --rounds 2000 --json');
    expect(code).toBe(0);
    const { tests: [test] } = LitmusDocument.parse(JSON.parse(out));
    expect(test).toMatchObject({ name: 'SB', asks: { r0: 0, r1: 0 }, disagreements: [] });
    expect(test.rounds).toBeGreaterThanOrEqual(2000);
    expect(test.results.reduce((sum, { seen }) => sum + seen, 0)).toBe(test.rounds);
    expect(test.models.map(({ memory, asked, complete }) => [memory, asked.allowed, asked.reached, complete])).toEqual([['sc', false, false, true], ['tso', true, true, true], ['js', true, true, true]]);
  });

  it('writes a page with its document', async () => {
    const { code, out } = await cli('litmus SB --rounds 0 --html l.html');
    expect([code, out.endsWith('Report: l.html\n')]).toEqual([0, true]);
    const [{ text }] = documentsIn(out)!;
    expect(LitmusDocument.parse(JSON.parse(text)).tests.map(({ name }) => name)).toEqual(['SB']);
    expect((await cli('litmus SB --html -')).code).toBe(2);
  });

  it('runs random tests, whose seeds are their names', async () => {
    const { code, out } = await cli('litmus --random 3 --seed 602 --rounds 0');
    expect([code, out]).toEqual([0, '3 tests, 0 rounds on threads\n']);
    const { out: document } = await cli('litmus --random 2 --seed 602 --rounds 0 --json');
    expect(LitmusDocument.parse(JSON.parse(document)).tests.map(({ name }) => name)).toEqual(['random-602', 'random-603']);
  });

  it('refuses an unknown test, and hints at a known one', async () => {
    const { code, err } = await cli('litmus SBB');
    expect(code).toBe(2);
    expect(err).toContain("there is no litmus test 'SBB'");
  });
});
