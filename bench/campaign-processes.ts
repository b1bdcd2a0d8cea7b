/** Processes of a campaign, their CPU time and their memory, as Linux counts them, and the progress in its log. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../src/base/root.ts';

/** Linux reports CPU time in these fractions of a second. */
const TICKS = 100;
const MB = 2 ** 20;

/** Starts a script of the build, such as `src/cli/main.js`. Only its errors reach the terminal. */
export function startScript(path: string, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'dist', path), ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Waits until each script has printed something. */
export async function havePrinted(scripts: readonly ChildProcess[]): Promise<void> {
  await Promise.all(scripts.map(({ stdout }) => once(stdout!, 'data')));
}

export async function end(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map(async (child) => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }));
}

/** Returns the CPU seconds of a process and of its children, dead ones included; 0 once it is gone. */
export function cpuSeconds(pid: number): number {
  try {
    // The second field, the name in parentheses, may contain spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const own = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0) / TICKS;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter((each) => each !== ''));
    return children.reduce((sum, each) => sum + cpuSeconds(Number(each)), own);
  } catch {
    return 0;
  }
}

/** Returns the resident memory of a process in MB. */
export function residentMb(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096 / MB;
}

/** Returns the number of executions of each slice in the log at `path`. */
export function countedIn(path: string): number[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').filter((line) => line.startsWith('{"type":"slice"') && line.endsWith('}'));
  return lines.map((line) => (JSON.parse(line) as { executions: number }).executions);
}
