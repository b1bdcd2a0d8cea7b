/** How a coroutine runs another. */
import type { Writer } from './writer.ts';

/**
 * Runs the coroutine `call` to its end and returns its result. If it yields, this coroutine yields, too, and is
 * resumed after it (see $resume in prologue.ts).
 */
export function awaited(w: Writer, call: string): string {
  const callee = w.temp();
  const step = w.temp();
  return `((${callee} = ${call}, ${step} = ${callee}.next()).done ? ${step}.value : ($push(${callee}), yield ${step}.value))`;
}
