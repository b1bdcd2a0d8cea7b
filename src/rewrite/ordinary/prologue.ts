/**
 * The prologue of every generated module of ordinary code: the guard's counters, the operations on shared views,
 * how coroutines run, and how functions, classes and objects get theirs. See writer.ts for the calls of it.
 *
 * Invariant: every access of a shared view counts once in `$budget`, and the hooked variant reports it once.
 */
import { EDGES } from '../edges/catalog.ts';
import { formatCount } from '../../base/units.ts';
import { AFTER_STEP, MOST_TICKS } from '../prologue.ts';
import { ASYNC } from './prologue-async.ts';
import { FUNCTIONS } from './prologue-functions.ts';
import { LISTS } from './prologue-lists.ts';
import { HOOKED, PLAIN, VIEWS } from './prologue-views.ts';

const RUNNING = `
var $host = null, $weak = null, $memory = null, $m = new Int32Array(0), $dirty = new Uint8Array(0), $fresh = [], $freshCount = 0, $budget = 0, $start = 0, $index = 0, $words = 1, $timeout = 0, $result, $ticks = 0, $tickedAt = -1;
var $stopped = null, $quiet = false, $depth = 0, $preempted = false, $blank = null, $draws = 1, $spawned = 0, $made = 0, $moment = 0, $running = null, $from = 0, $bytes = 0, $builtIn = null;
export var $about = { names: [], racy: [], watchesRaces: false };
export function $touchedFrom() { return $from; }
export function $touchedBytes() { return $bytes; }
export function $nativeCall() { return $builtIn; }
export function $nameOf(word, byte) { return $memory.nameOf(word, byte); }
const $FAR = ${2 ** 28};
export const $isOrdinary = true;
export function $bind(memory) { $memory = memory; }
export function $attach(host) { $host = host; $weak = host.weak ?? null; if (host.dirty !== undefined) $dirty = host.dirty; }
export function $writeFlags() { return $dirty; }
export function $begin(m) { $m = m; $stopped = null; $draws = 1; $spawned = 0; $start = $budget = $made = $moment = 0; }
export function $spawn(coroutine) { return { stack: [coroutine], top: 0, calls: [], pending: 0, call: null, events: null, draws: $seed() }; }
export function $respawn(fiber, coroutine) { fiber.stack[0] = coroutine; fiber.top = 0; fiber.pending = 0; fiber.call = null; fiber.events = null; fiber.draws = $seed(); }
export function $push(callee) { $fresh[$freshCount++] = callee; }
export function $resume(fiber, budget, message) {
  $start = $budget = budget;
  $ticks = 0;
  /* A fiber that stopped at a guard makes that access first. */
  $moment = $made + fiber.pending;
  $running = fiber;
  if (fiber.call !== null) { fiber.call.began = $moment; fiber.call = null; }
  let site;
  try { site = $drive(fiber, message); } catch (error) { throw $stopped ?? error; }
  /* Code that catches everything must not catch a refusal or a broken invariant. */
  if ($stopped !== null) throw $stopped;
  fiber.pending = site >= 0 ? 1 : 0;
  $made = $moment + $start - $budget - fiber.pending;
  return site;
}
/* The moment of the last access: accesses are counted from 1, those of all threads together. */
export function $now() { return $moment + $start - $budget; }
export function $called(call) {
  call.began = $now() + 1;
  $running.call = $budget > 0 ? null : call;
}
export function $left(call) {
  $running.call = null;
  call.ended = $now();
  if (call.began > call.ended) call.began = call.ended;
}
function $drive(fiber, message) {
  const stack = fiber.stack;
  let top = fiber.top, throws = false;
  $freshCount = 0;
  for (;;) {
    let step;
    try {
      step = throws ? stack[top].throw(message) : stack[top].next(message);
    } catch (error) {
      $freshCount = 0;
      if (top === 0) throw error;
      top--;
      throws = true;
      message = error;
      continue;
    }
    throws = false;
${AFTER_STEP}function $atomically(coroutine) {
  if ($depth === 0) { $start += $FAR; $budget += $FAR; }
  $depth++;
  try {
    const step = coroutine.next();
    if (step.done) return step.value;
    $refuse(step.value < 0 ? 'Atomics.wait would sleep in a callback of a built-in, a constructor of a derived class, a field or a generator: these run without a break' : 'a callback of a built-in, a constructor, a field or a generator runs on without end');
  } finally {
    $depth--;
    if ($depth === 0) {
      $start -= $FAR;
      $budget -= $FAR;
      if ($preempted) { $preempted = false; $preempt(); }
    }
  }
}
export function $quietly(fn, args) {
  const start = $start, budget = $budget, quiet = $quiet;
  $quiet = true;
  try { return fn(...args); } finally { $start = start; $budget = budget; $quiet = quiet; $freshCount = 0; }
}
export function $stop(error) { $stopped ??= error; }
function $refuse(why) { const error = new Error(why); $stopped ??= error; throw error; }
export function $ran() { return $start - $budget; }
export function $preempt() { if ($depth > 0) { $preempted = true; return; } $start -= $budget; $budget = 0; }
export function $pendingIndex() { return $index; }
export function $pendingWords() { return $words; }
export function $parkTimeout() { return $timeout; }
export function $returned() { return $result; }
export function $stack() { return []; }
export var $edges = new Uint32Array(${EDGES.length});
export var $ledger = new Float64Array(0);
function $tick() {
  if ($tickedAt !== $budget) { $tickedAt = $budget; $ticks = 0; }
  $ticks = ($ticks | 0) + 1;
  if ($ticks <= ${MOST_TICKS}) return;
  $ticks = 0;
  throw new Error('a loop without end: ${formatCount(MOST_TICKS)} iterations without an access to the shared memory');
}
function $milliseconds() { return $host === null ? 0 : $host.now($start - $budget) / 1e6; }
/* Threads draw from sequences of their own: so what they get does not depend on the order in which they draw. */
function $seed() { return Math.imul(++$spawned, 2654435769) >>> 0; }
function $drawn(draws) { return Math.imul(draws, 1664525) + 1013904223 >>> 0; }
function $random() {
  const draws = $quiet || $running === null ? ($draws = $drawn($draws)) : ($running.draws = $drawn($running.draws));
  return draws / 4294967296;
}
`;

/**
 * Returns the prologue, on one line: it comes before the module, whose code runs as it is loaded, and moves no line of
 * it. `$writes` follows the module. Asynchronous code needs a larger one.
 */
export function prologueOfOrdinary(hooked: boolean, isAsync: boolean): string {
  return `${RUNNING}${FUNCTIONS}${LISTS}${isAsync ? ASYNC : ''}${VIEWS}${hooked ? HOOKED : PLAIN}`.replace(/\n\s*/g, ' ');
}
