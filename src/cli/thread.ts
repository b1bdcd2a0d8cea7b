/**
 * The thread that runs a command. It may be busy for long, for example while it walks a heap or
 * writes to a slow reader. The main thread handles signals, see main.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { watchTemporaries } from '../run/output-file.ts';
import { SignalReceived, type Signal } from './interruption.ts';
import { runCli } from './program.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';
import { realDeps } from './real-deps.ts';
import { setText } from './shared-text.ts';

const { args, streams, interruption, doing } = workerData as ThreadData;
const port = parentPort!;
const controller = new AbortController();

function tell(message: FromThread): void {
  port.postMessage(message);
}

function interrupt(signal: Signal): void {
  if (controller.signal.aborted) return;
  controller.abort(new SignalReceived(signal));
  tell({ kind: 'stopping' });
}

port.on('message', ({ interruptedBy }: ToThread) => interrupt(interruptedBy));
port.unref();
watchTemporaries((path, exists) => tell({ kind: 'temporary', path, exists }));
const exitCode = await runCli(args, realDeps({
  streams,
  doing: (text) => setText(doing, text),
  needs: (ms) => tell({ kind: 'patience', ms }),
  signal: controller.signal,
  isInterrupted() {
    // A synchronous job has not received the message yet.
    if (Atomics.load(interruption, 0) !== 0) interrupt('SIGINT');
    return controller.signal.aborted;
  },
}));
tell({ kind: 'end', exitCode });
// Work of the interrupted command may still run.
if (controller.signal.aborted) process.exit();
