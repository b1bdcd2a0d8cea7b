/** What explore does with a failure: shrinks it, and says how to see it again. */
import { join } from 'node:path';
import type { CampaignFailure } from '../drivers/explore/campaign.ts';
import { writeArtefact } from '../drivers/explore/failures/artefact.ts';
import { EXECUTIONS, investigate, type Investigation } from '../drivers/explore/failures/describe.ts';
import { fileNameOf } from '../drivers/explore/failures/file-name.ts';
import { loadCore } from '../drivers/explore/load.ts';
import type { Mutant } from '../drivers/explore/mutant.ts';
import type { Scenario, Setting } from '../drivers/explore/scenarios/scenario.ts';
import { makeStrategy } from '../drivers/explore/strategies/catalog.ts';
import { formatCount, plural } from '../report/units.ts';
import { Verifier } from '../verify/verifier.ts';
import type { Deps } from './deps.ts';
import { laneTableText } from './lane-table-text.ts';
import { Progress } from './progress.ts';

interface Found {
  readonly failure: CampaignFailure;
  readonly scenario: Scenario;
  readonly setting: Setting;
  readonly mutant?: Mutant;
  /** Names of those that looked on. */
  readonly monitors: readonly string[];
}

/** Executions between two lines of progress. */
const SHOWN = 50;

/** Records and shrinks the failure; writes it into the folder `save`, if there is one. */
export async function investigateFailure({ terminal, writeFile }: Deps, { failure, ...found }: Found, save: string | undefined): Promise<Investigation> {
  const core = await loadCore(true, found.mutant);
  const progress = new Progress(terminal);
  function onProgress(executions: number): void {
    if (executions % SHOWN === 0) progress.show(`shrinking the failure: ${formatCount(executions)} of at most ${plural(EXECUTIONS, 'execution')}`);
  }
  try {
    const strategy = makeStrategy(failure.strategy);
    const result = investigate({ ...found, strategy, seed: failure.seed }, { core, makeOracle: (m) => new Verifier(m), onProgress });
    if (save !== undefined) writeFile(join(save, fileNameOf(result.artefact)), Buffer.from(writeArtefact(result.artefact)));
    return result;
  } finally {
    progress.clear();
  }
}

/** In words: how small it became, the table, and the command that replays it. */
export function* investigationText({ artefact, lanes, line }: Investigation, save: string | undefined, isColored: boolean): Generator<string> {
  const procs = artefact.knobs.procs === undefined ? '' : ` on ${plural(artefact.knobs.procs, 'P')}`;
  yield `shrunk to ${plural(artefact.preemptions.length, 'preemption')} and ${plural(artefact.steps, 'access', 'accesses')}${procs}:\n\n`;
  yield* laneTableText(lanes, isColored);
  yield `\nreplay it with: sweepgen replay '${line}'\n`;
  if (save !== undefined) yield `written to ${join(save, fileNameOf(artefact))}\n`;
}
