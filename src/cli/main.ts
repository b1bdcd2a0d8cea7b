#!/usr/bin/env node
/**
 * The main thread: starts the thread that runs the command, and handles signals even while that
 * thread is busy. The first signal asks the command to end in order. If the command does not answer,
 * or on a second signal, the process ends at once.
 */
import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { Worker } from 'node:worker_threads';
import { EXIT } from '../base/fatal.ts';
import { writeFully } from '../base/write-fully.ts';
import { COMMAND_THREAD, entryFile } from '../run/threads/worker.ts';
import { printsForPrograms } from './documents.ts';
import { describeError, failureText, type Failure } from './errors.ts';
import { Interrupted, SIGNALS, SignalReceived, describeInterruption, type Signal } from './interruption.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';
import type { StreamFacts } from './real-terminal.ts';
import { getText, sharedText } from './shared-text.ts';

/** Milliseconds that the thread has to acknowledge a signal. */
const HEARS_MS = 500;
/** Milliseconds that the thread has to end in order after that, unless it asks for more. */
const ENDS_MS = 2000;
/** Milliseconds after which the process dies: a thread blocked in the operating system can't be terminated. */
const DIES_MS = 250;

const args = process.argv.slice(2);
const isJson = args.includes('--json');
const interruption = new Int32Array(new SharedArrayBuffer(4));
const doing = sharedText();
const temporaries = new Set<string>();
let hasHeard = false;
let endsMs = ENDS_MS;
let exitCode: number | undefined;

const data: ThreadData = { args, streams: streamFacts(), interruption, doing };
const thread = new Worker(entryFile(COMMAND_THREAD), { workerData: data, stdout: true });
// Modules of the user may print: their text must not get into a document on stdout.
thread.stdout.once('readable', () => thread.stdout.pipe(printsForPrograms(args) ? process.stderr : process.stdout));
for (const stream of [thread.stdout, thread.stderr]) stream.on('error', () => {});
thread.on('message', (message: FromThread) => {
  if (message.kind === 'end') exitCode = message.exitCode;
  else if (message.kind === 'stopping') hasHeard = true;
  else if (message.kind === 'patience') endsMs = message.ms;
  else if (message.exists) temporaries.add(message.path);
  else temporaries.delete(message.path);
});
thread.on('error', (error) => {
  report(describeError(error, args.includes('--debug')));
});
thread.on('exit', (code) => {
  if (exitCode === undefined) report({ code: 'USAGE', lines: [`a module has ended the command with process.exit(${code}); a module must return`], exitCode: EXIT.usage });
  removeTemporaries();
  process.exitCode = exitCode;
});
for (const signal of Object.keys(SIGNALS) as Signal[]) process.on(signal, () => void interrupt(signal));

/** Asks the thread to end. Ends the process if the thread does not answer, or was asked before. */
async function interrupt(signal: Signal): Promise<void> {
  const isSecond = Atomics.exchange(interruption, 0, 1) !== 0;
  if (isSecond) return end(signal);
  const message: ToThread = { interruptedBy: signal };
  thread.postMessage(message);
  await setTimeout(HEARS_MS, undefined, { ref: false });
  if (hasHeard) await setTimeout(endsMs, undefined, { ref: false });
  if (exitCode !== undefined) return;
  report(describeInterruption(new Interrupted(), { cause: new SignalReceived(signal), doing: getText(doing), args }));
  await end(signal);
}

async function end(signal: Signal): Promise<never> {
  exitCode ??= SIGNALS[signal];
  await Promise.race([thread.terminate(), setTimeout(DIES_MS).then(() => die(signal))]);
  removeTemporaries();
  process.exit(exitCode);
}

/** Ends the process as the signal does by default. */
function die(signal: Signal): void {
  removeTemporaries();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function report(failure: Failure): void {
  exitCode ??= failure.exitCode;
  // A drawing of --watch has hidden the cursor, and lines don't wrap.
  const clear = data.streams.errIsTerminal ? `${args.includes('--watch') ? '\x1b[?25h\x1b[?7h' : ''}\r\x1b[K` : '';
  try {
    writeFully(2, clear + failureText(failure, { isJson, command: args.find((word) => !word.startsWith('-')) }));
  } catch {
    // The exit code alone reports the failure.
  }
}

function removeTemporaries(): void {
  for (const path of temporaries) rmSync(path, { force: true });
  temporaries.clear();
}

/** Returns the facts of stdout and stderr. Only terminals are opened as streams: a pipe would become non-blocking. */
function streamFacts(): StreamFacts {
  const [outIsTerminal, errIsTerminal] = [isatty(1), isatty(2)];
  return {
    outIsTerminal,
    errIsTerminal,
    outColumns: outIsTerminal ? process.stdout.columns : undefined,
    errColumns: errIsTerminal ? process.stderr.columns : undefined,
  };
}
