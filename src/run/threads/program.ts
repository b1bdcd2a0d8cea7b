/**
 * A workload as the main thread sees it. The functions of a built-in workload run on the main thread. Those of a
 * user's module run on a thread of their own, which can be terminated at any point.
 */
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { messageOf } from '../../base/thrown.ts';
import { placeOf } from '../../base/user-frame.ts';
import type { TypeTable } from '../../heap/type-table.ts';
import type { MRef } from '../../machine/m.ts';
import type { Mem } from '../../memory/struct.ts';
import { builtIn } from '../../workloads/built-ins.ts';
import { describedTypes, type Description } from '../../workloads/description.ts';
import { startWorkload } from '../../workloads/start-workload.ts';
import { moduleUrl } from '../../workloads/user-module.ts';
import type { Needs, Params, Workload, WorkloadFacts } from '../../workloads/workload.ts';
import { MachineStuck, WorkloadError } from '../errors.ts';
import type { ModuleTask } from './module-task.ts';
import { Patience, TICK_MS } from './patience.ts';
import { errorOf, type TaskOutcome } from './task.ts';
import { Thread, ThreadLost } from './thread.ts';
import { importable } from './typescript-module.ts';
import { MODULE_WORKER, entryFile } from './worker.ts';

export interface Program extends WorkloadFacts, Pick<Workload, 'main'> {
  /** Path of the user's module; undefined for a built-in workload. */
  readonly module?: string;
  /** The file that threads import for that module. */
  readonly file?: string;
  readonly types?: TypeTable;
  readonly steps: readonly { readonly name: string }[];
  /** Rejects if the user's module throws outside of its functions, or ends its thread. */
  readonly lost: Promise<never>;
  needs(params: Params): Promise<Needs>;
  args(params: Params, seed: number): Promise<readonly number[]>;
  /** @param progress a number that changes as the machine's memory fills */
  build(m: Mem, m0: MRef, params: Params, progress: () => number): Promise<void>;
  /** Makes the main goroutine, with `args` as its first ints. */
  start(m: Mem, m0: MRef, args: readonly number[]): Promise<void>;
  report(m: Mem, params: Params): Promise<readonly string[]>;
  /** Ends the thread of the module. */
  close(): Promise<void>;
}

/** JavaScript heap limit of a thread that runs a user's module, MB. */
export const MODULE_MEMORY_MB = 512;

/**
 * Opens the built-in workload `spec`, or the default export of the module at the path or file URL `spec`.
 * @param seconds time limit of each function of the module
 * @param ending rejects when the end is requested; a running function of the module is terminated then
 * @throws UsageError, WorkloadError with a sentence that names the fault
 */
export async function openProgram(spec: string, seconds?: number, ending?: Promise<never>): Promise<Program> {
  const known = builtIn(spec);
  return known === undefined ? openModule(spec, seconds, ending) : ownProgram(known);
}

/** Returns the name, the summary and the params of a workload without running it. */
export async function describeProgram(spec: string, seconds?: number): Promise<WorkloadFacts> {
  const program = await openProgram(spec, seconds);
  await program.close();
  return program;
}

function ownProgram(workload: Workload): Program {
  return {
    name: workload.name,
    summary: workload.summary,
    params: workload.params,
    main: workload.main,
    types: workload.types,
    steps: workload.steps,
    lost: new Promise(() => {}),
    needs: async (params) => workload.needs(params),
    args: async (params, seed) => workload.args(params, seed),
    build: async (m, m0, params) => workload.build?.(m, m0, params),
    start: async (m, m0, args) => startWorkload(m, m0, workload.main, args),
    report: async (m, params) => workload.report?.(m, params) ?? [],
    close: async () => {},
  };
}

async function openModule(spec: string, seconds: number | undefined, ending: Promise<never> | undefined): Promise<Program> {
  const { file, remove } = await importable(spec, moduleUrl(spec));
  const host = new ModuleHost(spec, seconds, ending);
  const described = (await host.ask('loading it', { kind: 'describe', spec, file }).catch((error: unknown) => {
    remove();
    throw error;
  })) as Description;
  return {
    ...described,
    module: spec,
    file,
    types: describedTypes(described.types),
    steps: described.steps.map((name) => ({ name })),
    lost: host.lost,
    needs: async (params) => (await host.ask('needs()', { kind: 'needs', params })) as Needs,
    args: async (params, seed) => (await host.ask('args()', { kind: 'args', params, seed })) as number[],
    async build(m, _m0, params, progress) {
      if (described.hasBuild) await host.ask('build()', { kind: 'build', ...shared(m), params }, progress);
    },
    // On the module's thread: in a memory that build() damaged, this may not terminate.
    start: async (m, _m0, args) => void (await host.ask(described.hasBuild ? 'making its main goroutine after build()' : 'making its main goroutine', { kind: 'start', ...shared(m), args })),
    report: async (m, params) => (described.hasReport ? ((await host.ask('report()', { kind: 'report', ...shared(m), params })) as string[]) : []),
    close: () => host.end().finally(remove),
  };
}

function shared(m: Mem): { readonly buffer: SharedArrayBuffer; readonly words: number } {
  return { buffer: m.buffer as SharedArrayBuffer, words: m.length };
}

/** Runs the functions of a user's module on a thread. */
class ModuleHost {
  readonly lost: Promise<never>;
  private readonly spec: string;
  private readonly who: string;
  private readonly seconds: number | undefined;
  private readonly ending: Promise<never>;
  private readonly thread: Thread<ModuleTask>;

  constructor(spec: string, seconds: number | undefined, ending: Promise<never> = new Promise(() => {})) {
    this.ending = ending;
    this.spec = spec;
    this.who = `workload module ${printable(spec)}`;
    this.seconds = seconds;
    this.thread = new Thread(entryFile(MODULE_WORKER), { maxOldGenerationSizeMb: MODULE_MEMORY_MB });
    this.lost = this.thread.lost.catch((error: ThreadLost) => Promise.reject(lostModule(this.who, error)));
    this.lost.catch(() => {});
  }

  /**
   * Runs `task` and returns its result. `part` names it in messages.
   * @param progress returns a number that changes while the task makes progress
   * @throws WorkloadError if it makes no progress for the time limit
   */
  async ask(part: string, task: ModuleTask, progress: () => number = () => 0): Promise<unknown> {
    await Promise.race([this.thread.up, this.lost, this.ending]);
    const patience = new Patience(this.seconds);
    let last = progress();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const now = progress();
        if (patience.look(now !== last)) reject(new WorkloadError(`${this.who}: ${part} has not come to an end for ${patience.seconds} s`));
        last = now;
      }, TICK_MS);
    });
    try {
      return this.valueOf(await Promise.race([this.asked(task), this.lost, late, this.ending]));
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  end(): Promise<void> {
    return this.thread.end();
  }

  /** Never settles if the thread dies: `lost` reports that. */
  private asked(task: ModuleTask): Promise<TaskOutcome> {
    return this.thread.ask(task).catch(() => new Promise<never>(() => {}));
  }

  private valueOf(outcome: TaskOutcome): unknown {
    if (outcome.ok) return outcome.value;
    // The module's thread phrases whole sentences.
    throw outcome.kind === 'usage' ? new UsageError(outcome.message) : errorOf(outcome, this.who, this.spec);
  }
}

/** Returns the error for a thread of the user's module that died. */
export function lostModule(who: string, { cause, message }: ThreadLost): Error {
  if ((cause as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new WorkloadError(`${who} has filled the ${MODULE_MEMORY_MB} MB that a thread may have for its JavaScript objects`);
  }
  if (cause === undefined) return new MachineStuck(`a worker thread died: ${message}`, `${who} was on it`);
  return new WorkloadError(`${who} threw outside of its functions, in a timer or a promise: ${messageOf(cause)}${placeOf(cause)}`);
}
