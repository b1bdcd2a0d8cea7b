/** A machine from its start to its end. */
import type { Mem } from '../memory/struct.ts';
import { Stopped } from '../run/errors.ts';
import type { RunResult } from '../run/api.ts';
import type { Deps, MachineOptions } from './deps.ts';

/**
 * Runs it until it is done, or fails, or the user stops it; its threads are gone afterwards.
 * @param atEnd looks at the memory of the machine that is done
 * @param atStop looks at the memory of one that the user has stopped: what it holds may be half done
 */
export async function runMachine(deps: Deps, options: MachineOptions, atEnd?: (m: Mem) => Promise<void>, atStop?: (m: Mem) => void): Promise<RunResult> {
  if (deps.signal.aborted) throw new Stopped();
  const runtime = await deps.startRuntime({ signal: deps.signal, ...options });
  sayOnce(deps, runtime.notes);
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

/** What every machine of a command would say again. */
const said = new WeakMap<Deps, Set<string>>();

function sayOnce(deps: Deps, notes: readonly string[]): void {
  const before = said.get(deps) ?? new Set<string>();
  said.set(deps, before);
  for (const note of notes) {
    if (!before.has(note)) deps.terminal.err(`sweepgen: note: ${note}\n`);
    before.add(note);
  }
}
