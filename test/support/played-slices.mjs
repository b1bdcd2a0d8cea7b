/** Slices that are played: what each execution gives is a function of its seed. */
import { repeatCommand } from '../../dist/src/explore/failure.js';
import { findScenario } from '../../dist/src/explore/find.js';
import { failureKey } from '../../dist/src/explore/campaigns/slice.js';

/** Executions a second that a played worker seems to run: slices get five times as many. */
const RATE = 20;
/** One seed in so many fails, in one of KINDS ways. */
const FAILS = 97;
const KINDS = 3;

/** The scenario whose first slice kills its worker, every time. */
const POISON = 'bounded-buffer';
const FIRST_SEED = 1;

/** The key with which the execution of `seed` fails; undefined if it does not. */
export function failureAt({ scenario, memory }, seed) {
  return seed % FAILS === 0 ? failureKey({ scenario, memory }, 'invariant', [`PLANTED_${'ABC'[(seed / FAILS) % KINDS]}`]) : undefined;
}

export function playSlice({ station, seed, executions, shrink }) {
  if (station.scenario === POISON && seed === FIRST_SEED) process.kill(process.pid, 'SIGKILL');
  const seen = {};
  const failures = new Map();
  for (let at = seed; at < seed + executions; at++) {
    const key = failureAt(station, at);
    if (key === undefined) continue;
    seen[key] = (seen[key] ?? 0) + 1;
    if (!failures.has(key)) failures.set(key, failureOf(station, at, key));
  }
  return {
    executions, steps: executions, switches: 0, seconds: executions / RATE,
    hashes: Uint32Array.from({ length: executions }, (_, i) => seed + i), edges: new Uint32Array(0),
    exhausted: false, covered: '', failures: [...failures.values()].map((each) => (shrink ? { ...each, shrunk: 'it is played' } : each)), seen,
  };
}

function failureOf(station, seed, key) {
  const [fact] = /PLANTED_./.exec(key);
  return {
    key, station, seed, verdict: 'invariant', thread: '', facts: [fact], fault: 'core', explanation: ['it is played'],
    steps: 1, traceHash: seed, repeat: repeatCommand({ ...station, scenario: findScenario(station.scenario), seed, mutant: station.mutant ?? undefined }), shrunk: null,
  };
}
