/** How a machine can end badly, beside a Fatal of its own. */
import { EXIT } from '../base/fatal.ts';

/** Nothing moved any more, or a worker was lost. `report` says what every P was doing. */
export class MachineStuck extends Error {
  readonly exitCode = EXIT.hang;
  readonly report: string;
  constructor(message: string, report: string) {
    super(message);
    this.name = 'MachineStuck';
    this.report = report;
  }
}

/** The oracle found the heap wrong. */
export class HeapBroken extends Error {
  readonly exitCode = EXIT.invariant;
  readonly code: string;
  readonly problems: readonly string[];
  /** Path of the user's module whose steps ran on the machine: they may have caused it. */
  readonly module?: string;
  constructor(code: string, problems: readonly string[], module?: string) {
    super(`the heap is broken: ${problems[0]}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''}`);
    this.name = 'HeapBroken';
    this.code = code;
    this.problems = problems;
    this.module = module;
  }
}

/** The workload's own code threw or never came back. */
export class WorkloadError extends Error {
  readonly exitCode = EXIT.usage;
  constructor(message: string) {
    super(message);
    this.name = 'WorkloadError';
  }
}

/** The caller asked for the end. */
export class Stopped extends Error {
  constructor() {
    super('the machine was stopped before its main goroutine ended');
    this.name = 'Stopped';
  }
}
