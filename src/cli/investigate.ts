/** Shrinks a failure that explore has found, and writes it to a file. */
import { join } from 'node:path';
import { Stopped } from '../run/errors.ts';
import type { Failure } from '../explore/campaigns/slice.ts';
import { writeArtefact } from '../explore/failures/artefact.ts';
import { EXECUTIONS, investigate, type Investigation } from '../explore/failures/describe.ts';
import { fileNameOf } from '../explore/failures/file-name.ts';
import { loadScenario } from '../explore/load-scenario.ts';
import { makeMonitors } from '../explore/monitors/catalog.ts';
import { settingOf } from '../explore/scenarios/scenario.ts';
import { makeStrategy } from '../explore/strategies/catalog.ts';
import { formatCount, plural } from '../base/units.ts';
import { Verifier } from '../verify/verifier.ts';
import type { Deps } from './deps.ts';
import { chooseMutant } from './explore-choices.ts';
import { Progress } from './progress.ts';

/** Executions between two updates of the progress line. */
const SHOWN = 50;

/** Records and shrinks the failure, and writes it to the folder `save`, if given. Returns the result, or the reason why it can't be shrunk. */
export async function investigateFailure({ terminal, writeFile, isInterrupted }: Deps, { station, seed }: Failure, save: string | undefined): Promise<Investigation | string> {
  const { knobs, monitors, memory } = station;
  const mutant = chooseMutant(station.mutant ?? undefined);
  const core = await loadScenario(station.scenario, true, mutant);
  const { scenario } = core;
  const pristine = mutant && (await loadScenario(station.scenario, true));
  const progress = new Progress(terminal);
  function onProgress(executions: number): void {
    if (isInterrupted()) throw new Stopped();
    if (executions % SHOWN === 0) progress.show(`shrinking the failure: ${formatCount(executions)} of at most ${plural(EXECUTIONS, 'execution')}`);
  }
  const failure = { scenario, setting: settingOf(scenario, knobs), strategy: makeStrategy(station.strategy), seed, monitors, memory, ...(mutant && { mutant }) };
  const options = { core, ...(pristine && { pristine }), makeOracle: (m: Int32Array) => new Verifier(m), makeMonitors: (which: readonly string[]) => makeMonitors(core.core, core.sites, which), onProgress };
  let result: Investigation;
  try {
    result = investigate(failure, options);
  } catch (error) {
    return error instanceof Stopped ? 'interrupted' : (error as Error).message;
  } finally {
    progress.clear();
  }
  if (save !== undefined) writeFile(join(save, fileNameOf(result.artefact)), Buffer.from(writeArtefact(result.artefact)));
  return result;
}
