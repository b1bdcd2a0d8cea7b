/** A worker thread that runs one thread of a litmus test. */
import { runThread, type Counts, type ThreadTask } from '../src/litmus/real/run-thread.ts';

export default function run(task: ThreadTask): Counts {
  return runThread(task);
}
