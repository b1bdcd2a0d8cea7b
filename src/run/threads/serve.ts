/** The worker's side of its private port: runs one task after another and posts the outcome of each. */
import { syncBuiltinESMExports } from 'node:module';
import { workerData, type MessagePort } from 'node:worker_threads';
import { endedBy, failureOf, type News, type TaskOutcome } from './task.ts';

/**
 * Runs `work` for each task that the main thread posts, and posts the outcome. If the user's code
 * calls `process.exit` or kills its own process, the thread posts that and ends.
 * @param work gets the task and a function to call once all modules are loaded
 */
export function serve<Task>(work: (task: Task, loaded: () => void) => unknown): void {
  const data = workerData as { port?: MessagePort };
  const port = data.port as MessagePort;
  // A user's module must not find the port in workerData.
  delete data.port;
  const post = port.postMessage.bind(port) as (news: News) => void;
  const loaded = () => post('loaded');
  const later = setImmediate;
  hearExits(post);
  post('up');
  port.on('message', async (task: Task) => {
    const outcome = await attempt(() => work(task, loaded));
    // An unhandled rejection ends the thread first.
    later(() => post(outcome));
  });
}

async function attempt(work: () => unknown): Promise<TaskOutcome> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return failureOf(error);
  }
}

/** Replaces the calls that end the thread or the process: each calls `tell` before it ends the thread. */
function hearExits(tell: (outcome: TaskOutcome) => void): void {
  const exit = process.exit.bind(process);
  const kill = process.kill.bind(process);
  const { pid } = process;
  function end(call: string): never {
    const outcome = endedBy(call);
    // Node also calls exit after an uncaught error, which it reports itself.
    if (outcome.place !== '') tell(outcome);
    return exit();
  }
  process.exit = (code) => end(`process.exit(${code ?? ''})`);
  process.abort = () => end('process.abort()');
  process.kill = (of, signal) => (of === pid && signal !== 0 ? end(`process.kill(process.pid${signal === undefined ? '' : `, ${JSON.stringify(signal)}`})`) : kill(of, signal));
  // Also for modules that import these functions by name.
  syncBuiltinESMExports();
}
