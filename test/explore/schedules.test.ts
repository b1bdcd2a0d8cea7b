/** Every schedule that ever failed, in test/schedules: with its mutant it fails the same way still. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArtefact, type Artefact } from '../../src/explore/failures/artefact.ts';
import { replayArtefact } from '../../src/explore/failures/replay.ts';
import { ROOT } from '../../src/base/root.ts';
import { Verifier } from '../../src/verify/verifier.ts';

const FOLDER = join(ROOT, 'test/schedules');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function rerecord({ scenario, mutant }: Artefact): string {
  return `sweepgen explore ${scenario} --mutant ${mutant} --seconds 60 --save test/schedules`;
}

describe('a recorded schedule', () => {
  it.each(files)('fails as it did: %s', async (file) => {
    const artefact = readArtefact(readFileSync(join(FOLDER, file), 'utf8'), file);
    // The source as it is has no failures to keep: what failed there is repaired.
    if (artefact.mutant === null) {
      const { recording } = await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) });
      expect(recording.outcome).toMatchObject({ verdict: 'ok', facts: [] });
      return;
    }
    const { fails, divergence, recording } = await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) });
    expect(fails, `${recording.outcome.verdict}: the accesses of the source have changed (${divergence}); record it anew: ${rerecord(artefact)}`).toBe(true);
  });
});
