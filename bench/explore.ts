/**
 * Executions per second of CPU time. An execution of the lock-free stack has about 200 accesses. For
 * a whole cycle, 5,000 accesses count as one execution: that is a small collection.
 */
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { ROOT } from '../src/base/root.ts';
import { loadScenario } from '../src/explore/load-scenario.ts';
import { isModulePath } from '../src/explore/user-scenario.ts';
import { makeMonitors } from '../src/explore/monitors/catalog.ts';
import { Explorer } from '../src/explore/scheduler.ts';
import type { Operation } from '../src/explore/scenarios/operation.ts';
import { settingOf, type MakeOracle } from '../src/explore/scenarios/scenario.ts';
import { DEFAULT_STRATEGY, STRATEGIES, makeStrategy } from '../src/explore/strategies/catalog.ts';
import { ReplayPreemptions } from '../src/explore/strategies/preemptions.ts';
import { Verifier } from '../src/verify/verifier.ts';
import { cpuMs } from './cpu-ms.ts';
import type { Suite } from './suite.ts';

/** The strategies that every subject is measured with, by their names in the baseline. */
const MEASURED: Readonly<Record<string, string>> = { 'every access': 'uniform', 'every tenth': 'random:10', PCT: 'pct:3' };
/** The other random strategies, which only the first subject is measured with. */
const OTHERS = STRATEGIES.map(({ spec }) => spec).filter((spec) => spec !== DEFAULT_STRATEGY && !Object.values(MEASURED).includes(spec) && isRandom(spec));
const SAMPLES = 9;
/** Milliseconds of a sample. */
const SAMPLE_MS = 300;
/** Executions between two readings of the clock, which cost as much as a short execution. */
const BATCH = 100;
const COLLECTION = 5000;

interface Subject {
  readonly name: string;
  /** Its name, or the path of its module. */
  readonly scenario: string;
  /** Beyond those of the scenario, for each thread. */
  readonly more?: readonly Operation[];
  /** Accesses that count as one execution; by default each execution counts as one. */
  readonly accesses?: number;
  readonly monitors?: readonly string[];
  readonly withoutOracle?: boolean;
}

const STACK: Subject = { name: 'lfstack, 200 accesses', scenario: 'lfstack', more: [['pop', 0], ['push', 1], ['pop', 1], ['push', 0]] };
const CYCLE: Subject = { name: 'small collection', scenario: 'whole-cycle', accesses: COLLECTION };
/** One program written both ways. */
const OVER_M: Subject = { name: 'counted stack over m', scenario: 'test/fixtures/scenarios/counted-stack.mjs' };
const ORDINARY: Subject = { name: 'counted stack, ordinary code', scenario: 'test/fixtures/ordinary/counted-stack.mjs' };
const SUBJECTS: readonly Subject[] = [
  STACK,
  { ...STACK, name: `${STACK.name}, races`, monitors: ['races'] },
  CYCLE,
  { ...CYCLE, name: `${CYCLE.name}, no oracle`, withoutOracle: true },
  { ...CYCLE, name: `${CYCLE.name}, races`, monitors: ['races'] },
  OVER_M,
  ORDINARY,
];

export const exploreSuite: Suite = {
  name: 'explore',
  summary: 'executions a second of one core, with and without the race detector, and of ordinary code',
  async *measure() {
    // CPU time depends little on the load of the machine.
    const bench = new Bench({ now: cpuMs, iterations: SAMPLES, time: 0, warmupIterations: 1, warmupTime: 0, retainSamples: true });
    for (const subject of SUBJECTS) {
      const others = subject === STACK ? OTHERS.map((spec) => [spec, spec]) : [];
      for (const [how, strategy] of [...Object.entries(MEASURED), ...others]) {
        const runBatch = await batchOf(subject, strategy);
        bench.add(`explore/${subject.name}/${how}`, () => ({ overriddenDuration: runBatch() }));
      }
    }
    for (const { name, result } of await bench.run()) {
      if (!('latency' in result)) throw new Error(`${name} was not measured`, { cause: 'error' in result ? result.error : undefined });
      yield { name, unit: '1/s', samples: result.latency.samples!.map((ms) => 1000 / ms) };
    }
  },
};

/** Reports whether `spec` is neither a search nor a replay. */
function isRandom(spec: string): boolean {
  const strategy = makeStrategy(spec);
  return strategy.exhausted === undefined && !(strategy instanceof ReplayPreemptions);
}

/** Returns a function that runs executions for a while, and returns the milliseconds of one. */
async function batchOf(subject: Subject, strategy: string): Promise<() => number> {
  const explorer = await explorerOf(subject, strategy);
  let seed = 1;
  return () => {
    const started = cpuMs();
    let executions = 0;
    let elapsed = 0;
    while (elapsed < SAMPLE_MS) {
      for (let i = 0; i < BATCH; i++) {
        const { verdict, detail, steps } = explorer.run(seed++);
        if (verdict !== 'ok') throw new Error(`seed ${seed - 1}: ${verdict}: ${detail}`);
        executions += subject.accesses === undefined ? 1 : steps / subject.accesses;
      }
      elapsed = cpuMs() - started;
    }
    return elapsed / executions;
  };
}

async function explorerOf(subject: Subject, strategy: string): Promise<Explorer> {
  const isModule = isModulePath(subject.scenario);
  const { core, sites, scenario } = await loadScenario(isModule ? join(ROOT, subject.scenario) : subject.scenario, subject.monitors !== undefined);
  const setting = settingOf(scenario, { procs: 3 });
  const operations = setting.operations.map((own) => [...own, ...(subject.more ?? [])]);
  const nobody: MakeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });
  const prepared = scenario.prepare(core, { ...setting, operations }, subject.withoutOracle ? nobody : (m, writes) => new Verifier(m, writes));
  return new Explorer({
    core,
    ...prepared,
    ...(subject.withoutOracle && { check: undefined }),
    strategy: makeStrategy(strategy),
    monitors: subject.monitors && makeMonitors(core, sites, subject.monitors, prepared.names),
  });
}
