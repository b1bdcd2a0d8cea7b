/** The player's data for a failure that was found, and for an execution that passed. */
import { ROOT } from '../base/root.ts';
import { repeatCommand } from '../explore/failure.ts';
import type { Failure, Station } from '../explore/campaigns/slice.ts';
import { conflict } from '../explore/failures/access.ts';
import type { Artefact, CriticalPair } from '../explore/failures/artefact.ts';
import { decodeLine, encodeLine } from '../explore/failures/line.ts';
import { recordStrategy, type Recording } from '../explore/failures/recording.ts';
import { mutantOf, replayArtefact, type Replayed } from '../explore/failures/replay.ts';
import { pairSteps } from '../explore/failures/relevant.ts';
import { mutatedSources, prebuiltSources, presentSources } from '../explore/film/sources.ts';
import { findMutant } from '../explore/find.ts';
import { loadScenario } from '../explore/load-scenario.ts';
import { makeMonitors } from '../explore/monitors/catalog.ts';
import { projectOf } from '../explore/project.ts';
import { settingOf, type Scenario } from '../explore/scenarios/scenario.ts';
import { isModulePath, placeOfModule } from '../explore/user-scenario.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { makeStrategy } from '../explore/strategies/catalog.ts';
import { makePlayer, type Played } from '../report/make-player.ts';
import type { Player, Players } from '../report/player.ts';
import { Verifier } from '../verify/verifier.ts';

/** Returns the player of a recorded failure that has been replayed. */
export function playerOfReplay(artefact: Artefact, { ground, setting, core, recording }: Replayed): Player {
  const mutant = mutantOf(artefact);
  // If the source has changed since, a recorded pair may be of other accesses.
  const pairs = artefact.pairs.filter((pair) => isOfOneWord(recording, pair));
  return makePlayer({ ground, setting, sites: core.sites, recording, pairs, repeat: `sweepgen replay '${encodeLine(artefact)}'`, ...sourcesOf(ground.scenario, mutant) });
}

/** Returns the sources that an execution of the scenario ran, and the mutant in them. */
function sourcesOf({ name, runs }: Scenario, mutant: Mutant | undefined): Pick<Played, 'read' | 'readOriginal' | 'mutant'> {
  if (mutant !== undefined) return { read: mutatedSources(ROOT, mutant), readOriginal: presentSources(ROOT), mutant };
  if (!isModulePath(name)) return { read: prebuiltSources() };
  return { read: presentSources(runs === 'thread' ? projectOf(placeOfModule(name).file) : ROOT) };
}

function isOfOneWord(recording: Recording, pair: CriticalPair): boolean {
  const [first, second] = pairSteps(recording, [pair]).map((step) => recording.trace.at(step));
  return second !== undefined && conflict(first, second);
}

/** Most failures of a campaign that a document has players of: each takes some hundred kilobytes. */
const MOST_PLAYERS = 8;

/** Returns the players of the first of `failures`. Runs each again. */
export async function playersOf(failures: readonly Failure[]): Promise<Players> {
  const players: Players = [];
  for (const failure of failures.slice(0, MOST_PLAYERS)) {
    const player = await playerOfFailure(failure);
    if (player !== undefined) players.push({ failure: failure.key, mutant: failure.station.mutant, player });
  }
  return players;
}

/** Returns the player of a failure: of the shrunk execution, or else of the one that failed. Runs it again. Undefined if it failed before the threads began. */
export async function playerOfFailure({ station, seed, shrunk, steps }: Failure): Promise<Player | undefined> {
  if (steps === 0) return undefined;
  if (shrunk === null || typeof shrunk === 'string') return playerOfSeed(station, seed);
  const artefact = decodeLine(shrunk.line);
  return playerOfReplay(artefact, await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) }));
}

/** Returns the player of the execution with that seed. Runs it again. */
export async function playerOfSeed({ scenario: name, knobs, strategy, monitors, memory, mutant: planted }: Station, seed: number): Promise<Player> {
  const mutant = planted === null ? undefined : findMutant(planted);
  const { core, sites, scenario } = await loadScenario(name, true, mutant);
  const setting = settingOf(scenario, knobs);
  const ground = { core, scenario, makeOracle: (m: Int32Array) => new Verifier(m), memory, monitors: makeMonitors(core, sites, monitors) };
  const recording = recordStrategy(ground, setting, makeStrategy(strategy), seed);
  const repeat = repeatCommand({ scenario, knobs, strategy, seed, monitors, memory, ...(planted !== null && { mutant: planted }) });
  return makePlayer({ ground, setting, sites, recording, pairs: [], repeat, ...sourcesOf(scenario, mutant) });
}
