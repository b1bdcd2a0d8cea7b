/**
 * A scenario in one file: its description and its program together.
 *
 * 1. A module in `modules/` exports one object: name, summary, knobs, and functions over `m`.
 * 2. `modules/registry.ts` exports that object. The registry is part of the core's entry, so the
 *    functions over `m` are made into coroutines together with the core.
 * 3. `fromModules` reads the description from the object as it is written, and takes the coroutines
 *    from the object of the same name in the core that an execution runs on.
 *
 * A module imports only code of the machine and types: all of it is bundled with the core.
 */
import type { MachineShape } from '../../memory/map.ts';
import type { Coroutine } from '../../rewrite/generated.ts';
import type { Step } from '../../runtime/goroutine.ts';
import { runAlone } from '../alone.ts';
import type { Core } from '../load.ts';
import { prepareMachine } from './machine.ts';
import * as MODULES from './modules/registry.ts';
import { perM } from './per-m.ts';
import { procsKnob, type Knob, type Knobs, type Operation, type Operations, type Prepared, type Scenario, type Setting } from './scenario.ts';
import { nameUserWord, type Words } from '../user-words.ts';
import { tinyShape } from './tiny-shape.ts';

interface Described {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** The numbers of Ps that it can have, the default first. */
  readonly procs: readonly number[];
  /** Beside `procs`. */
  readonly knobs?: readonly Knob[];
  /** Differences from a tiny machine (tiny-shape.ts). */
  shape?(knobs: Knobs): Partial<MachineShape>;
  /** A list for each thread. Any operation can be left out. Without it each thread does one thing. */
  operations?(knobs: Knobs): Operations;
  /** See `Scenario.keeps`. */
  keeps?(operation: Operation, index: number, knobs: Knobs): boolean;
  /** See `Scenario.bond`. */
  bond?(operation: Operation, index: number, knobs: Knobs): string | number | undefined;
  /** Names of words: a place, or [place, words], counted from the first word of the globals. */
  readonly words?: Words;
  /** Prepares the memory on M 0, before the threads start. */
  build?(m: Int32Array, m0: number, setting: Setting): void;
  /** Runs after all threads have finished and the oracle has found nothing. Returns the problem, or ''. */
  check?(m: Int32Array, results: readonly unknown[], setting: Setting): string;
}

/** A scenario without a scheduler: each M runs one function. */
export interface ModulePerM extends Described {
  /** The work of M `index`. */
  run(m: Int32Array, index: number, operations: readonly Operation[], knobs: Knobs): unknown;
}

/** A scenario of a whole machine: goroutines run the steps, and collections happen only when the program forces them. */
export interface ModuleOfMachine extends Described {
  readonly steps: readonly Step[];
  /** The main goroutine's first step, and the slots of its frame. */
  readonly main: { readonly pc: number; readonly slots: number };
  /** The main goroutine's first ints. */
  args(knobs: Knobs): readonly number[];
}

type Module = ModulePerM | ModuleOfMachine;

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
  return Object.entries<Module>(MODULES).map(([key, module]) => {
    const rewritten = (core: Core) => core[key as keyof typeof MODULES] as unknown as Rewritten;
    const scenario = 'steps' in module ? machineScenario(module, rewritten) : perMScenario(module, rewritten);
    return {
      ...scenario,
      ...(module.keeps && { keeps: module.keeps }),
      ...(module.bond && { bond: module.bond }),
      prepare(core, setting, makeOracle) {
        const { check } = rewritten(core);
        return withOwn(scenario.prepare(core, setting, makeOracle), { words: module.words, check }, core, setting);
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
function withOwn(prepared: Prepared, { words, check }: Pick<Module, 'words'> & Pick<Rewritten, 'check'>, core: Core, setting: Setting): Prepared {
  return {
    ...prepared,
    ...(check && { check: (m: Int32Array, results: readonly unknown[]) => prepared.check(m, results) || runAlone(core, check(m, results, setting)) }),
    ...(words && { nameOf: (m: Int32Array, at: number) => nameUserWord(words, m, at) }),
  };
}

function* nothing(): Coroutine<void> {}
