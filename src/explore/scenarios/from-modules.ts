/** Makes scenarios of the modules in the registry (module.ts). */
import type { Coroutine } from '../../rewrite/generated.ts';
import type { Step } from '../../runtime/goroutine.ts';
import { runAlone } from '../alone.ts';
import type { Core } from '../load.ts';
import { whatIsLeft } from '../end-invariants.ts';
import { nameUserWord } from '../user-words.ts';
import { prepareMachine } from './machine.ts';
import type { ModuleOfMachine, ModulePerM, ScenarioModule } from './module.ts';
import * as MODULES from './modules/registry.ts';
import type { Operation } from './operation.ts';
import { perM } from './per-m.ts';
import { procsKnob, type Prepared, type Scenario } from './scenario.ts';
import type { Knobs, Setting } from './setting.ts';
import { tinyShape } from './tiny-shape.ts';

/** The functions of a module as the coroutines they were made into. */
interface Rewritten {
  readonly steps: readonly Step[];
  build?(m: Int32Array, m0: number, setting: Setting): Coroutine<void>;
  run(m: Int32Array, index: number, operations: readonly Operation[], knobs: Knobs): Coroutine;
  check?(m: Int32Array, results: readonly unknown[], setting: Setting): Coroutine<string>;
}

/** A goal that no allocation reaches: the program forces its collections. */
const GOGC = -1;

/** Returns the scenario of each registered module, in the order of their names in the registry. */
export function fromModules(): readonly Scenario[] {
  return Object.entries<ScenarioModule>(MODULES).map(([key, module]) => {
    const rewritten = (core: Core) => core[key as keyof typeof MODULES] as unknown as Rewritten;
    const scenario = 'steps' in module ? machineScenario(module, rewritten) : perMScenario(module, rewritten);
    return {
      ...scenario,
      ...(module.keeps && { keeps: module.keeps }),
      ...(module.bond && { bond: module.bond }),
      prepare(core, setting, makeOracle) {
        const { check } = rewritten(core);
        const prepared = scenario.prepare(core, setting, makeOracle);
        return withOwn(module.withoutOracle ? { ...prepared, check: endOf } : prepared, { words: module.words, check }, core, setting);
      },
    };
  });
}

function perMScenario(module: ModulePerM, rewritten: (core: Core) => Rewritten): Scenario {
  const { name, summary, procs, knobs, operations } = module;
  return perM({
    name,
    summary,
    procs,
    ...(knobs && { knobs }),
    shape: (values) => module.shape?.(values) ?? {},
    ...(operations && { operations }),
    build: (core, m, m0, setting) => rewritten(core).build?.(m, m0, setting) ?? nothing(),
    run: (core, m, i, list, values) => rewritten(core).run(m, i, list, values),
  });
}

function machineScenario(module: ModuleOfMachine, rewritten: (core: Core) => Rewritten): Scenario {
  const { name, summary, procs, knobs = [], operations } = module;
  const shape = (values: Knobs) => tinyShape({ procs: values.procs, ...module.shape?.(values) });
  return {
    name,
    summary,
    knobs: [procsKnob(...procs), ...knobs],
    shape,
    ...(operations && { operations }),
    prepare(core, setting, makeOracle) {
      const { steps, build } = rewritten(core);
      const program = { steps, main: module.main, args: module.args(setting.knobs), ...(build && { build: (m: Int32Array, m0: number) => build(m, m0, setting) }) };
      return prepareMachine(core, shape(setting.knobs), GOGC, program, makeOracle);
    },
  };
}

/** `prepared`, whose check ends with the module's own, and whose words have the module's names. */
function withOwn(prepared: Prepared, { words, check }: Pick<ScenarioModule, 'words'> & Pick<Rewritten, 'check'>, core: Core, setting: Setting): Prepared {
  return {
    ...prepared,
    ...(check && { check: (m: Int32Array, results: readonly unknown[]) => prepared.check(m, results) || runAlone(core, check(m, results, setting)) }),
    ...(words && { nameOf: (m: Int32Array, at: number) => nameUserWord(words, m, at) }),
  };
}

/** The invariants of the end, which the memory shows without an oracle. */
function endOf(m: Int32Array): string {
  const left = whatIsLeft(m);
  return left === null ? '' : `${left.code}: ${left.message}`;
}

function* nothing(): Coroutine<void> {}
