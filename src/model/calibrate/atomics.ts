/**
 * Times of atomics in WebAssembly, as the mark loops run them. V8's JavaScript takes up to twice as long for a compare-exchange,
 * and six times for a load.
 */
import { nanotime } from '../../base/clock.ts';

export type AtomicLoop = 'load' | 'store' | 'rmw';

const OPERATIONS: Readonly<Record<AtomicLoop, string>> = {
  load: '(drop (i32.atomic.load (i32.const 64)))',
  store: '(i32.atomic.store (i32.const 64) (i32.const 0))',
  rmw: '(drop (i32.atomic.rmw.cmpxchg (i32.const 64) (i32.const 0) (i32.const 0)))',
};

/** The text of MODULE: one loop for each operation. */
export const MODULE_TEXT = `(module (import "m" "m" (memory 1 65536 shared)) ${Object.entries(OPERATIONS).map(([name, operation]) => `(func (export "${name}") (param $n i32) (loop $again ${operation} (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`).join(' ')})`;

/** The module of MODULE_TEXT, in base64. A test compiles the text and compares. */
export const MODULE = 'AGFzbQEAAAABBQFgAX8AAgsBAW0BbQIDAYCABAMEAwAAAAcWAwRsb2FkAAAFc3RvcmUAAQNybXcAAgpLAxYAA0BBwAD+EAIAGiAAQQFrIgANAAsLFwADQEHAAEEA/hcCACAAQQFrIgANAAsLGgADQEHAAEEAQQD+SAIAGiAAQQFrIgANAAsL';

const OPERATIONS_A_RUN = 1_000_000;
const RUNS = 7;

/** Returns the ns of one operation, the least of some runs. */
export function atomicNs(loop: AtomicLoop): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(MODULE, 'base64')), { m: { m: memory } });
  const run = exports[loop] as (n: number) => void;
  let best = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const started = nanotime();
    run(OPERATIONS_A_RUN);
    best = Math.min(best, (nanotime() - started) / OPERATIONS_A_RUN);
  }
  return best;
}
