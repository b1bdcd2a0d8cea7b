/** Output and exit codes of `sweepgen explore`. */
import { MARK_BITS_OBJECTS } from '../../../src/explore/scenarios/programs/mark-bits.ts';
import { describe, expect, it } from 'vitest';
import { ExploreDocument } from '../../../src/cli/explore-document.ts';
import { MUTANTS } from '../../../src/mutants/catalog.ts';
import { SCENARIOS } from '../../../src/explore/scenarios/catalog.ts';
import { COLLECTORS } from '../../../src/gc/collectors/registry.ts';
import { cli, terminalOf } from '../fakes.ts';

describe('sweepgen explore', () => {
  it('says how much it ran and that nothing is wrong', async () => {
    const { code, out, err } = await cli('explore mark-bits --executions 30 --seed 5 --procs 2');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^seed 5: mark-bits on 2 Ps\n30 executions.*, 30 distinct interleavings, [\d,]+ accesses, nothing wrong\n$/);
  });

  it.each(COLLECTORS.map(({ name }, id) => [name, id] as const))('runs whole cycles of the collector %s', async (_, id) => {
    const { code, out, err } = await cli(`explore whole-cycle --set collector=${id} --executions 1 --seed 1`);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('nothing wrong');
  });

  it('draws a seed, and says which', async () => {
    const { out } = await cli('explore mark-bits --executions 1');
    expect(out).toContain('seed 4711: mark-bits on 3 Ps\n1 execution');
  });

  it('stops when the time is up', async () => {
    const { code, out } = await cli('explore mark-bits --seconds 0.2');
    expect(code).toBe(0);
    expect(out).toContain('nothing wrong');
  });

  it('finds a planted bug, explains it, and prints the command that repeats it', async () => {
    const found = await cli('explore --mutant mark-load-or-store --seed 1 --executions 500 --no-shrink');
    expect(found.code).toBe(1);
    expect(found.err).toMatch(
      new RegExp(`^sweepgen: all threads finished, but the check failed:\nsweepgen: {3}LOST_OBJECT: object \\d+ of ${MARK_BITS_OBJECTS} is reachable and not marked\n$`),
    );
    const [, command] = /repeat the one that failed with: sweepgen (explore .+)\n$/.exec(found.out)!;
    expect(command).toMatch(/^explore mark-bits --seed \d+ --strategy \S+ --executions 1 --mutant mark-load-or-store$/);
    const again = await cli(`${command} --no-shrink`);
    expect(again).toMatchObject({ code: 1, err: found.err });
    expect(again.out).toMatch(/\n1 execution.*, 1 distinct interleaving/);
  });

  it('says when a planted bug was not found, and ends with 5', async () => {
    const { code, out, err } = await cli('explore lfstack --mutant mark-load-or-store --executions 3');
    expect([code, err]).toEqual([5, 'sweepgen: mark-load-or-store was planted and not found in 3 executions; give it more --seconds, or another --strategy\n']);
    expect(out).toMatch(/\n3 executions[^\n]*accesses\n$/);
  });

  it('has the estimate of a search in its document, and none of another strategy', async () => {
    const estimateOf = async (flags: string) => ExploreDocument.parse(JSON.parse((await cli(`explore lfstack --seed 1 --json ${flags}`)).out));
    const part = await estimateOf('--strategy dpor --executions 20');
    expect(part.done).toBeGreaterThan(0);
    expect(part.done).toBeLessThan(1);
    expect(Math.round(part.estimate! * part.done!)).toBe(20);
    expect(await estimateOf('--executions 2')).toMatchObject({ estimate: null, done: null });
  });

  it('prints one JSON document, of a failure too', async () => {
    const clean = await cli('explore mark-bits --executions 9 --seed 3 --json');
    expect(ExploreDocument.parse(JSON.parse(clean.out))).toMatchObject({
      scenario: 'mark-bits', knobs: { procs: 3 }, mutant: null, seed: 3, strategy: 'portfolio', executions: 9, distinct: 9, failure: null,
    });
    const broken = await cli('explore --mutant mark-load-or-store --seed 1 --json --no-shrink');
    expect(broken.code).toBe(1);
    const { failure } = ExploreDocument.parse(JSON.parse(broken.out));
    expect(failure).toMatchObject({ shrunk: null, verdict: 'invariant', station: { scenario: 'mark-bits', mutant: 'mark-load-or-store' } });
    expect(failure!.facts[0]).toMatch(/^LOST_OBJECT: /);
    expect(failure!.repeat).toContain('--mutant mark-load-or-store');
  });

  it('looks for data races in ordinary code, and refuses the other monitors', async () => {
    const fine = 'docs/examples/own-code/counted-stack.scenario.ts --executions 50 --seed 1';
    expect((await cli(`explore ${fine}`)).code).toBe(0);
    const racing = await cli(`explore ${fine} --races`);
    expect(racing.code).toBe(1);
    expect(racing.err).toMatch(/^sweepgen: a data race, found as pop\w+ continued:\nsweepgen: {3}next\[\d\] is accessed by two threads, and nothing orders them\n/);
    expect(racing.out).toMatch(/repeat the one that failed with: .* --races\n/);
    expect((await cli(`explore ${fine} --monitors guards`)).err).toBe("sweepgen: monitors other than races watch records of the machine, and docs/examples/own-code/counted-stack.scenario.ts has none; leave out --monitors\n");
  });

  it('prints the history of operations that a spec judges as data', async () => {
    const { out } = await cli('explore docs/examples/own-code/losing-queue.scenario.ts --seed 1 --json');
    const { failure } = ExploreDocument.parse(JSON.parse(out));
    const { history } = failure!.shrunk as { readonly history: { readonly operations: readonly { readonly isBlamed: boolean }[] } };
    expect(history.operations.filter(({ isBlamed }) => isBlamed)).toMatchObject([{ thread: 'at the end', name: 'take', arguments: [], result: '0' }]);
    expect(failure!.history!.operations.length).toBeGreaterThanOrEqual(history.operations.length);
  });

  it('lists scenarios and mutants', async () => {
    const { code, out } = await cli('explore --list');
    expect(code).toBe(0);
    for (const { name } of [...SCENARIOS, ...MUTANTS]) expect(out).toMatch(new RegExp(`^  ${name}( |$)`, 'm'));
  });

  it('shows progress on a terminal', async () => {
    let err = '';
    await cli('explore mark-bits --seconds 0.4', undefined, {
      terminal: terminalOf({ err: (text) => void (err += text), errIsTerminal: true }),
    });
    expect(err).toContain('mark-bits: ');
    expect(err.endsWith('\r\x1b[K')).toBe(true);
  });

  it('ends as interrupted when it is', async () => {
    const { code, out } = await cli('explore mark-bits', undefined, { signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(out).toContain('0 executions');
  });

  it.each([
    ['explore mark-bit', "there is no scenario 'mark-bit'; did you mean mark-bits?"],
    ['explore --mutant mark-load-or-stroe', "there is no mutant 'mark-load-or-stroe'; did you mean mark-load-or-store?"],
    ['explore mark-bits --procs 7', 'scenario mark-bits runs on 2 or 3 or 4 Ps, not 7'],
    ['explore --executions 0', "--executions must be a whole number from 1 to 1000000000, not '0'"],
    ['explore --strategy random:0', "strategy random takes a whole number from 1 to 1000000, not '0'"],
  ])('refuses "%s" in a sentence', async (line, sentence) => {
    expect(await cli(line)).toMatchObject({ code: 2, out: '', err: `sweepgen: ${sentence}\n` });
  });
});
