/** The error that a test throws if its scenario fails. */
import type { ToldHistory } from '../explore/oracles/history.ts';

/** What is known about a failure besides its message. */
export interface FailureFacts {
  /** Why it failed: a check or an invariant, an exception, a deadlock, a livelock, or no end. */
  readonly verdict: string;
  /** The seed of the search. */
  readonly seed: number;
  /** The shrunk execution: a column for each thread, a row for each access that matters. '' if it could not be shrunk. */
  readonly lanes: string;
  /** The command that repeats it. */
  readonly replay: string;
  /** The operations of the shrunk execution, if a spec judges them: each with its first and last moment, and what it returned. */
  readonly history: History | null;
}

/** Operations of threads that a spec judges. */
export type History = ToldHistory;

/** A scenario failed under an interleaving. The message explains it, with the lanes and the command that replays it. */
export class ScenarioFailed extends Error implements FailureFacts {
  // The message has it all: what prints an error with its properties should not print it twice.
  readonly #facts: FailureFacts;

  constructor(message: string, facts: FailureFacts) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'ScenarioFailed' });
    this.#facts = facts;
  }

  get verdict(): string {
    return this.#facts.verdict;
  }

  get seed(): number {
    return this.#facts.seed;
  }

  get lanes(): string {
    return this.#facts.lanes;
  }

  get history(): History | null {
    return this.#facts.history;
  }

  get replay(): string {
    return this.#facts.replay;
  }
}
