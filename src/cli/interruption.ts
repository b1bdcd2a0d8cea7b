/** Interruption by signals: the signals that end a command in order, and the message. */
import { Stopped } from '../run/errors.ts';
import { commandLine } from './command-line.ts';
import type { Failure } from './errors.ts';

/** Exit codes by signal: shells expect 128 + the signal's number. */
export const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type Signal = keyof typeof SIGNALS;

/** Turns the words of an interrupted command into the words of a command that continues it. */
export type GoOn = (args: readonly string[]) => readonly string[];

/** A command was interrupted, and has printed its findings so far. */
export class Interrupted extends Stopped {
  /** Undefined if the command can't be continued. */
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
  /** The step of the work that was interrupted; '' before the first. */
  readonly doing?: string;
  /** The words of the command, without `sweepgen`. */
  readonly args: readonly string[];
}

/** Returns message and exit code of an interrupted command. */
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
