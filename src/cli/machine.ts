/** A machine from its start to its end. */
import { Stopped } from '../drivers/errors.ts';
import type { RunResult } from '../drivers/api.ts';
import type { Deps, MachineOptions } from './deps.ts';

/** Runs it until it is done, or fails, or the user stops it; its threads are gone afterwards. */
export async function runMachine(deps: Deps, options: MachineOptions): Promise<RunResult> {
  if (deps.signal.aborted) throw new Stopped();
  const runtime = await deps.startRuntime({ signal: deps.signal, ...options });
  try {
    return await runtime.finished;
  } finally {
    await runtime.stop();
  }
}
