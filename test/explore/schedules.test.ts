/** The recorded schedules in test/schedules: each still fails with its mutant, in the same way, and passes without it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArtefact, type Artefact } from '../../src/explore/failures/artefact.ts';
import { replayArtefact } from '../../src/explore/failures/replay.ts';
import { ROOT } from '../../src/base/root.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { sampled } from '../support/nightly.ts';

const FOLDER = join(ROOT, 'test/schedules');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function artefactIn(file: string): Artefact {
  return readArtefact(readFileSync(join(FOLDER, file), 'utf8'), file);
}

/** The command that records `artefact` again. */
function rerecord({ scenario, mutant }: Artefact): string {
  return `sweepgen explore ${scenario} --mutant ${mutant} --seconds 60 --save test/schedules`;
}

describe('a recorded schedule', () => {
  it.each(files)('is of a planted bug: %s', (file) => {
    // A failure of the source itself is repaired, not kept.
    expect(artefactIn(file).mutant).not.toBeNull();
  });

  it.each(sampled(files, 4))('fails as it did: %s', async (file) => {
    const artefact = artefactIn(file);
    const { fails, divergence, recording } = await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) });
    expect(fails, `${recording.outcome.verdict}: the accesses of the source have changed (${divergence}); record it anew: ${rerecord(artefact)}`).toBe(true);
  });

  it.each(files)('passes without its planted bug: %s', async (file) => {
    const { fails, recording } = await replayArtefact({ ...artefactIn(file), mutant: null }, { makeOracle: (m) => new Verifier(m) });
    expect(recording.outcome).toMatchObject({ verdict: 'ok', facts: [] });
    expect(fails).toBe(false);
  });
});
