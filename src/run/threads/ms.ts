/** The threads of a machine's Ms, and the errors when one fails. */
import { EXIT, Fatal } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { messageOf } from '../../base/thrown.ts';
import { MachineStuck } from '../errors.ts';
import { describeMachine } from '../../inspect/machine-state.ts';
import { MODULE_MEMORY_MB, lostModule, type Program } from './program.ts';
import type { Machine } from './machine.ts';
import { errorOf, type MTask } from './task.ts';
import { Thread, type ThreadLost } from './thread.ts';
import { WORKER, entryFile } from './worker.ts';

/** One thread for each M. The Ms block on each other, so all threads must exist from the start. */
export class Ms {
  /** Resolves when every M has exited; rejects with the first error. */
  readonly done: Promise<unknown>;
  /** Rejects if a thread dies. */
  readonly lost: Promise<never>;
  /** Number of threads that do not run yet. */
  starting: number;
  private readonly machine: Machine;
  private readonly threads: readonly Thread<MTask>[];

  /** Starts the threads. None runs a goroutine before all are up. */
  constructor(machine: Machine) {
    const { memory: { buffer, compiled }, plan: { map }, program, options } = machine;
    this.machine = machine;
    const limits = program.module === undefined ? undefined : { maxOldGenerationSizeMb: MODULE_MEMORY_MB };
    this.threads = Array.from({ length: map.shape.procs }, () => new Thread<MTask>(entryFile(WORKER), limits));
    this.starting = this.threads.length;
    for (const thread of this.threads) void thread.up.then(() => this.starting--);
    this.lost = new Promise((_, reject) => {
      for (const thread of this.threads) thread.lost.catch((error: ThreadLost) => reject(this.lostThread(error)));
    });
    this.done = Promise.all(this.threads.map((thread, index) => this.ask(thread, { kind: 'run', buffer, words: map.words, compiled, index, workload: options.workload, file: program.file ?? options.workload })));
    this.lost.catch(() => {});
    this.done.catch(() => {});
  }

  /** Sweeps the unswept spans and recounts the statistics. Precondition: all Ms have exited. */
  settle(): Promise<void> {
    return this.ask(this.threads[0], { kind: 'settle' });
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private async ask(thread: Thread<MTask>, task: MTask): Promise<void> {
    // `lost` reports a thread that died.
    const outcome = await thread.ask(task).catch(() => new Promise<never>(() => {}));
    if (outcome.ok) return;
    const { program } = this.machine;
    throw this.explain(errorOf(outcome, `workload ${printable(program.name)}`, program.module));
  }

  /** Adds facts of the whole machine: the state of every P, the size of the largest possible arena. */
  private explain(error: Error): Error {
    const { m, plan } = this.machine;
    if (!(error instanceof Fatal)) return error;
    if (error.code === 'DEADLOCK') return new MachineStuck('all goroutines are asleep: deadlock', describeMachine(m));
    if (error.code !== 'OUT_OF_MEMORY' || error.facts.what !== 'arena') return error;
    return new Fatal(error.code, { ...error.facts, mostArenaBytes: plan.mostArenaBytes() }, error.exitCode);
  }

  private lostThread(error: ThreadLost): Error {
    const { m, program } = this.machine;
    if (program.module !== undefined && error.cause !== undefined) return lostModule(`workload ${printable(program.name)}`, error);
    return new MachineStuck(`a worker thread died: ${error.message}`, describeMachine(m));
  }
}

/**
 * Returns `error` with the user's module named, if one ran: a stray write of its steps can break every
 * reader of the memory.
 */
export function blame(error: unknown, { module }: Program): unknown {
  if (module === undefined || typeof error !== 'object' || error === null) return error;
  if (error instanceof Fatal && error.exitCode === EXIT.invariant) return new Fatal(error.code, error.facts, error.exitCode, module);
  return 'exitCode' in error || !(error instanceof TypeError || error instanceof RangeError) ? error : new Fatal('MEMORY_UNREADABLE', { reason: messageOf(error) }, EXIT.invariant, module);
}
