/** A worker thread's side of its private port: takes tasks, one after another, and answers each. */
import { syncBuiltinESMExports } from 'node:module';
import { workerData, type MessagePort } from 'node:worker_threads';
import { endedBy, failureOf, type News, type Outcome } from './task.ts';

/**
 * Answers each task that the main thread posts with what `work` comes to. When the user's code
 * calls `process.exit` or kills its own process, the thread ends, and says so first.
 * @param work is given a function to call as soon as no module is being loaded any more
 */
export function serve<Task>(work: (task: Task, loaded: () => void) => unknown): void {
  const data = workerData as { port?: MessagePort };
  const port = data.port as MessagePort;
  // A user's module may read workerData, too.
  delete data.port;
  const post = port.postMessage.bind(port) as (news: News) => void;
  const loaded = () => post('loaded');
  const later = setImmediate;
  hearExits(post);
  post('up');
  port.on('message', async (task: Task) => {
    const outcome = await attempt(() => work(task, loaded));
    // A rejection that nothing handles ends the thread before this.
    later(() => post(outcome));
  });
}

async function attempt(work: () => unknown): Promise<Outcome> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return failureOf(error);
  }
}

/** Has `tell` told of every call that would end this thread or the process, before it does. */
function hearExits(tell: (outcome: Outcome) => void): void {
  const exit = process.exit.bind(process);
  const kill = process.kill.bind(process);
  const { pid } = process;
  function end(call: string): never {
    const outcome = endedBy(call);
    // Node calls it, too, after an error that nothing caught, and tells of that itself.
    if (outcome.place !== '') tell(outcome);
    return exit();
  }
  process.exit = (code) => end(`process.exit(${code ?? ''})`);
  process.abort = () => end('process.abort()');
  process.kill = (of, signal) => (of === pid && signal !== 0 ? end(`process.kill(process.pid${signal === undefined ? '' : `, ${JSON.stringify(signal)}`})`) : kill(of, signal));
  // For modules that import them by name.
  syncBuiltinESMExports();
}
