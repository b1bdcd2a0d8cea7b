/** The player's data in the documents of explore, replay, fuzz and mutants. */
import { describe, expect, it } from 'vitest';
import type { Player, Players } from '../../src/report/player.ts';
import { sweepgen } from '../support/in-process.ts';

/** The canary fails in the source as it is: no mutant needs to be built. */
const FAILING = ['explore', 'canary-lfstack', '--seed', '1', '--executions', '5000'];

async function documentOf<Document>(args: readonly string[]): Promise<Document> {
  return JSON.parse((await sweepgen([...args, '--json', '--record'])).out) as Document;
}

describe('a document of explore', () => {
  it('has the player of the shrunk failure', async () => {
    const { player, failure } = await documentOf<{ player: Player; failure: { shrunk: { line: string; steps: number; story: string[] } } }>(FAILING);
    expect(player.steps.thread).toHaveLength(failure.shrunk.steps);
    expect(player.repeat).toBe(`sweepgen replay '${failure.shrunk.line}'`);
    expect(player.story).toEqual(failure.shrunk.story);
    expect(player.moments.length).toBeGreaterThan(1);
  });

  it('has the player of the failure as it was found with --no-shrink', async () => {
    const { player, failure } = await documentOf<{ player: Player; failure: { steps: number; repeat: string; facts: string[] } }>([...FAILING, '--no-shrink']);
    // A pause in a spin loop counts as a step, and is no access.
    expect(player.steps.thread.length).toBeLessThanOrEqual(failure.steps);
    expect(player).toMatchObject({ verdict: 'invariant', repeat: failure.repeat, moments: [] });
    expect(player.explanation.slice(1).map((line) => line.trim())).toEqual(failure.facts);
  });

  it('has the player of the last execution if nothing failed', async () => {
    const { player, steps } = await documentOf<{ player: Player; steps: number }>(['explore', 'locks', '--seed', '4294967295', '--executions', '1']);
    expect(player).toMatchObject({ verdict: 'ok', repeat: 'sweepgen explore locks --seed 4294967295 --strategy portfolio --executions 1' });
    expect(player.steps.thread.length).toBeLessThanOrEqual(steps);
    expect((await documentOf<{ player: Player }>(['explore', 'locks', '--seed', '4294967295', '--executions', '2'])).player.repeat).toContain('--seed 0 ');
  });

  it('has none without --record', async () => {
    expect(JSON.parse((await sweepgen(['explore', 'locks', '--seed', '1', '--executions', '1', '--json'])).out)).not.toHaveProperty('player');
  });
});

describe('a document of a campaign', () => {
  it('has a player of each failure, with its key', async () => {
    const { players, failures } = await documentOf<{ players: Players; failures: { key: string }[] }>(['fuzz', 'canary-lfstack', '--seed', '1', '--executions', '5000', '--jobs', '1']);
    expect(players.map(({ failure, mutant }) => [failure, mutant])).toEqual(failures.map(({ key }) => [key, null]));
    expect(players[0].player.moments.length).toBeGreaterThan(1);
  });

  it('has a player of each mutant', async () => {
    const { players } = await documentOf<{ players: Players }>(['mutants', 'mark-load-or-store', '--seeds', '1', '--seconds', '20', '--jobs', '1']);
    expect(players).toMatchObject([{ mutant: 'mark-load-or-store', player: { verdict: 'invariant', mutant: { name: 'mark-load-or-store' } } }]);
  });
});
