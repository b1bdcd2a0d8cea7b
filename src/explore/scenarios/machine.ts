/** Prepares scenarios of a whole machine: its Ms run a program, and a watcher thread answers its checkpoints. */
import type { TypeTable } from '../../heap/type-table.ts';
import type { MachineShape } from '../../memory/map.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { P, P_STATUS, pAt } from '../../machine/p.ts';
import { SCHED, Sched } from '../../machine/sched.ts';
import { XBELL } from '../../sync/bell.ts';
import { CHECKPOINT, XCHECKPOINT } from '../../gc/doorbell.ts';
import type { Step } from '../../runtime/goroutine.ts';
import { HeapBroken } from '../../run/errors.ts';
import { whatIsLeft } from '../end-invariants.ts';
import { beginLedger, ledgerSoFar } from '../ledger/keep.ts';
import { AT_REST, checkLedger } from '../ledger/invariants.ts';
import { runAlone } from '../alone.ts';
import type { Coroutine } from '../../rewrite/generated.ts';
import type { Core } from '../load.ts';
import type { MakeOracle, Oracle, Prepared } from './scenario.ts';

export interface MachineProgram {
  readonly steps: readonly Step[];
  /** Types of the values that it allocates. */
  readonly types?: TypeTable;
  readonly main: { readonly pc: number; readonly slots: number };
  /** The main goroutine's first ints. */
  readonly args: readonly number[];
  /** Prepares the heap on M 0, before the main goroutine starts. */
  readonly build?: (m: Int32Array, m0: number) => Coroutine<void>;
}

/** Boots a machine of `shape` with `core`, for `program` to run on under the oracle. */
export function prepareMachine(core: Core, shape: MachineShape, gogc: number, program: MachineProgram, makeOracle: MakeOracle): Prepared {
  const map = core.planMemory(shape);
  const template = new Int32Array(map.words);
  beginLedger(core);
  const m0 = runAlone(core, core.boot(template, map, gogc, program.types));
  if (program.build !== undefined) runAlone(core, program.build(template, m0));
  runAlone(core, core.startMain(template, m0, program.main.pc, program.main.slots));
  const main = template[SCHED + Sched.at.maing];
  program.args.forEach((value, i) => runAlone(core, core.setInt(template, main, i, value)));
  runAlone(core, core.enableGC(template));

  const text = core.link(program.steps);
  const oracleOf = onePerMemory(core, makeOracle);
  const ms = Array.from({ length: shape.procs }, (_, i) => i);
  return {
    template,
    ledger: ledgerSoFar(core),
    threads: [
      ...ms.map((i) => (m: Int32Array) => core.runM(m, i, text)),
      (m) => {
        const oracle = oracleOf(m);
        oracle.forget();
        return watch(core, m, oracle);
      },
    ],
    names: [...ms.map((i) => `M${i}`), 'the watcher'],
    check: (m) => checkAtRest(core, m, oracleOf(m)),
    stepLimit: 500_000,
  };
}

/** Verifies the heap at each checkpoint, until every M has left. */
function* watch(core: Core, m: Int32Array, oracle: Oracle): Coroutine<void> {
  for (;;) {
    // Read the bell first: an event after this load rings again.
    const seen = Atomics.load(m, XBELL);
    const point = Atomics.load(m, XCHECKPOINT);
    if (point !== CHECKPOINT.none) {
      consult(oracle, point);
      audit(core, m, point);
      yield* core.leaveCheckpoint(m);
    } else if (haveAllLeft(m)) {
      return;
    }
    yield* core.futexsleep(m, XBELL, seen);
  }
}

/** Checks the end of an execution: the invariants of the end, then, with everything swept and recounted, the oracle and the ledger. */
export function checkAtRest(core: Core, m: Int32Array, oracle: Oracle): string {
  const left = whatIsLeft(m);
  if (left !== null) return `${left.code}: ${left.message}`;
  try {
    runAlone(core, core.settle(m));
    consult(oracle, CHECKPOINT.swept);
    audit(core, m, AT_REST);
    return '';
  } catch (error) {
    return error instanceof HeapBroken ? error.problems.join('\n') : (error as Error).message;
  }
}

function haveAllLeft(m: Int32Array): boolean {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    if (Atomics.load(m, pAt(m, i) + P.at.xstatus) !== P_STATUS.dead) return false;
  }
  return true;
}

function consult(oracle: Oracle, point: number): void {
  const { problems } = oracle.check(point);
  if (problems.length === 0) return;
  throw new HeapBroken(problems[0].code, problems.map(({ code, message }) => `${code}: ${message}`));
}

/** Compares the machine's statistics with the ledger. */
function audit(core: Core, m: Int32Array, point: number): void {
  const problem = checkLedger(core.$ledger, m, point);
  if (problem !== '') throw new HeapBroken(problem.slice(0, problem.indexOf(':')), [problem]);
}

/** Returns a function that returns one oracle for each memory, and makes it when it is first asked for. The memory must be attached to `core`. */
export function onePerMemory(core: Core, makeOracle: MakeOracle): (m: Int32Array) => Oracle {
  const oracles = new Map<Int32Array, Oracle>();
  return (m) => {
    let oracle = oracles.get(m);
    if (oracle === undefined) oracles.set(m, (oracle = makeOracle(m, core.$writeFlags())));
    return oracle;
  };
}
