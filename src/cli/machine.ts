/** Runs one machine from start to end. */
import type { Mem } from '../memory/struct.ts';
import { Stopped } from '../run/errors.ts';
import type { RunResult } from '../run/api.ts';
import type { RuntimeOptions } from '../run/api.ts';
import type { Deps } from './deps.ts';

/**
 * Runs a machine until it is done, fails, or is interrupted. Its threads are gone afterwards.
 * @param atEnd reads the memory of a machine that is done
 * @param atStop reads the memory of a machine that was interrupted: any record may be half written
 * @throws Stopped if the command is interrupted, or the error that ended the machine
 */
export async function runMachine(deps: Deps, options: RuntimeOptions, atEnd?: (m: Mem) => Promise<void>, atStop?: (m: Mem) => void): Promise<RunResult> {
  if (deps.signal.aborted) throw new Stopped();
  const runtime = await deps.startRuntime({ signal: deps.signal, ...options });
  printOnce(deps, runtime.notes);
  try {
    const result = await runtime.finished;
    await atEnd?.(runtime.m);
    return result;
  } catch (error) {
    if (error instanceof Stopped && deps.signal.aborted) atStop?.(runtime.m);
    throw error;
  } finally {
    await runtime.stop();
  }
}

/** Notes that the machines of a command have printed already. */
const printed = new WeakMap<Deps, Set<string>>();

function printOnce(deps: Deps, notes: readonly string[]): void {
  const before = printed.get(deps) ?? new Set<string>();
  printed.set(deps, before);
  for (const note of notes) {
    if (!before.has(note)) deps.terminal.err(`sweepgen: note: ${note}\n`);
    before.add(note);
  }
}
