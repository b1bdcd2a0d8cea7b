/** Ctrl-C and its relatives: which signals end a command in order, and what is then said. */
import { Stopped } from '../run/errors.ts';
import { commandLine } from './command-line.ts';
import type { Failure } from './errors.ts';

/** Exit codes by signal: shells expect 128 + the signal's number. */
export const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type Signal = keyof typeof SIGNALS;

/** Turns the words of the command that was interrupted into those of the one that goes on from there. */
export type GoOn = (args: readonly string[]) => readonly string[];

/** A command was ended before its time, and has printed what it had found. */
export class Interrupted extends Stopped {
  /** Undefined if the command can only begin again. */
  readonly goOn: GoOn | undefined;

  constructor(goOn?: GoOn) {
    super();
    this.name = 'Interrupted';
    this.message = 'interrupted';
    this.goOn = goOn;
  }
}

/** The reason of an aborted `Deps.signal`. */
export class SignalReceived extends Error {
  readonly signal: Signal;

  constructor(signal: Signal) {
    super(`received ${signal}`);
    this.name = 'SignalReceived';
    this.signal = signal;
  }
}

export interface Circumstances {
  /** The reason of the aborted signal. */
  readonly cause: unknown;
  /** What was under way; '' if nothing has said so. */
  readonly doing?: string;
  /** The words of the command, without `sweepgen`. */
  readonly args: readonly string[];
}

/** What is said of a command that was interrupted, and its exit code. */
export function describeInterruption(error: Stopped, { cause, doing = '', args }: Circumstances): Failure {
  const goOn = error instanceof Interrupted ? error.goOn : undefined;
  return {
    code: 'INTERRUPTED',
    lines: [
      doing === '' ? 'interrupted' : `interrupted: ${doing}`,
      goOn === undefined ? `begin again with: ${commandLine(args)}` : `go on with: ${commandLine(goOn(args))}`,
    ],
    exitCode: SIGNALS[cause instanceof SignalReceived ? cause.signal : 'SIGINT'],
  };
}
