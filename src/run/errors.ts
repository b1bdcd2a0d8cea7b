/** Errors that end a machine, beside Fatal. */
import { EXIT } from '../base/fatal.ts';

/** The machine made no progress, or lost a worker. `report` describes the state of every P. */
export class MachineStuck extends Error {
  readonly exitCode = EXIT.hang;
  readonly report: string;
  constructor(message: string, report: string) {
    super(message);
    this.name = 'MachineStuck';
    this.report = report;
  }
}

/** The oracle found a broken heap. */
export class HeapBroken extends Error {
  readonly exitCode = EXIT.invariant;
  readonly code: string;
  readonly problems: readonly string[];
  /** Path of the user's module whose steps ran on the machine. They may be the cause. */
  readonly module?: string;
  constructor(code: string, problems: readonly string[], module?: string) {
    super(`the heap is broken: ${problems[0]}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''}`);
    this.name = 'HeapBroken';
    this.code = code;
    this.problems = problems;
    this.module = module;
  }
}

/** The workload's code threw or did not return. */
export class WorkloadError extends Error {
  readonly exitCode = EXIT.usage;
  constructor(message: string) {
    super(message);
    this.name = 'WorkloadError';
  }
}

/** The caller stopped the machine. */
export class Stopped extends Error {
  constructor() {
    super('the machine was stopped before its main goroutine ended');
    this.name = 'Stopped';
  }
}
