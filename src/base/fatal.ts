/** Exit codes of the process; `sweepgen --help` prints the same numbers. */
export const EXIT = {
  ok: 0,
  /** an invariant of the collector is broken */
  invariant: 1,
  /** the command line, a heap file or a workload module is unusable */
  usage: 2,
  /** the simulated arena is full */
  memory: 3,
  /** a worker died or nothing moved any more */
  hang: 4,
  /** the search ended without its goal: a planted bug was not found, nothing was checked, or a recorded failure no longer fits the source */
  unproven: 5,
  /** stdout, stderr or an output file could not be written */
  output: 6,
  /** the user pressed Ctrl-C; shells expect 128 + SIGINT */
  interrupted: 130,
} as const;

export type Facts = Readonly<Record<string, number | string | boolean>>;

/**
 * The collector found its state impossible, or the arena is full. `facts` are the values that
 * show it; they are kept when the error is sent to another worker.
 */
export class Fatal extends Error {
  // A field, not an assignment: a user's module may have frozen Error.prototype.
  override readonly name = 'Fatal';
  readonly code: string;
  readonly facts: Facts;
  readonly exitCode: number;
  /** Path of the user's module whose steps ran on the machine, and may have caused the error. */
  readonly module?: string;

  constructor(code: string, facts: Facts, exitCode: number, module?: string) {
    super(`${code}${Object.keys(facts).length > 0 ? ' ' : ''}${formatFacts(facts)}`);
    this.code = code;
    this.facts = facts;
    this.exitCode = exitCode;
    this.module = module;
  }
}

/** Throws a Fatal with exit code 1: the state that `facts` describe must never occur. */
export function fatal(code: string, facts: Facts = {}): never {
  throw new Fatal(code, facts, EXIT.invariant);
}

/** Throws a Fatal with exit code 3, as Go's `throw("out of memory")`: the part `what` of the machine is full. */
export function outOfMemory(what: string, facts: Facts = {}): never {
  throw new Fatal('OUT_OF_MEMORY', { what, ...facts }, EXIT.memory);
}

/** Throws a Fatal with exit code 2, as a panic of Go: the program is wrong. `message` is Go's. */
export function panic(message: string, facts: Facts = {}): never {
  throw new Fatal(`panic: ${message}`, facts, EXIT.usage);
}

/** Throws a Fatal with exit code 4, as Go's `all goroutines are asleep`: no goroutine can ever wake. */
export function deadlock(): never {
  throw new Fatal('DEADLOCK', {}, EXIT.hang);
}

/** The user's input is unusable. The message is one sentence that says what to do instead. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly exitCode = EXIT.usage;
}

/** stdout, stderr or an output file could not be written. The message is one sentence with its name and the reason. */
export class OutputError extends Error {
  readonly exitCode = EXIT.output;
  constructor(message: string) {
    super(message);
    this.name = 'OutputError';
  }
}

/** The run ended without proof: a planted bug was not found, no checkpoint was verified, or a recorded failure has diverged. */
export class Unproven extends Error {
  readonly exitCode = EXIT.unproven;
  constructor(message: string) {
    super(message);
    this.name = 'Unproven';
  }
}

function formatFacts(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
