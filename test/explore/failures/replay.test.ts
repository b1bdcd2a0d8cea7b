/** A recorded failure is checked against its scenario before it runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/base/root.ts';
import { readArtefact, type Artefact } from '../../../src/explore/failures/artefact.ts';
import { replayArtefact } from '../../../src/explore/failures/replay.ts';
import { loadScenario } from '../../../src/explore/load-scenario.ts';
import { Verifier } from '../../../src/verify/verifier.ts';

const FILE = 'refill-partial-sweep-publishes-early.json';
const recorded = readArtefact(readFileSync(join(ROOT, 'test/schedules', FILE), 'utf8'), FILE);
const loaded = await loadScenario(recorded.scenario, true);

function replay(damage: Partial<Artefact>, withLoaded = true): Promise<unknown> {
  return replayArtefact({ ...recorded, ...damage }, { makeOracle: (m) => new Verifier(m), loaded: withLoaded ? loaded : undefined });
}

const operations = recorded.operations!;
const thread0 = { ...recorded.preemptions[0], thread: 99 };

describe('a replay refuses a recorded failure', () => {
  it.each<[what: string, damage: Partial<Artefact>, message: string]>([
    ['with an unknown monitor', { monitors: ['owls'] }, "needs the monitor 'owls', which this sweepgen does not have"],
    ['with an unknown knob', { knobs: { ...recorded.knobs, wheels: 4 } }, "needs the knob of refill-partial 'wheels'"],
    ['with a value that its knob cannot have', { knobs: { procs: 1_000_000 } }, 'has procs=1000000; procs of refill-partial can be'],
    ['with operations for too many threads', { operations: [...operations, ...operations, ...operations] }, 'has operations for'],
    ['with an operation of another scenario', { operations: operations.map(() => [['fly', 1]]) as never }, "has the operation 'fly 1', which refill-partial does not have"],
    ['with a preemption of a thread that is not there', { preemptions: [thread0] }, 'thread 99; there are'],
  ])('%s', async (_what, damage, message) => {
    await expect(replay(damage)).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) as string });
  });

  it.each<[what: string, damage: Partial<Artefact>, message: string]>([
    ['of an unknown scenario', { scenario: 'circus' }, "needs the scenario 'circus'"],
    ['of an unknown mutant', { mutant: 'clown' }, "needs the mutant 'clown'"],
    ['whose scenario has an escape sequence in its name', { scenario: '\u001b[31mred' }, "needs the scenario '\\x1b[31mred'"],
  ])('%s', async (_what, damage, message) => {
    await expect(replay(damage, false)).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) as string });
  });
});
