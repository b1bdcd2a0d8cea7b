/**
 * The prologue of every generated module: the guard's counters, the operations on shared memory,
 * and the entry and exit of coroutines. All of it is declared with `var` at the end of the
 * module, so that no access checks for initialization and no line of the bundle moves.
 */
import { formatCount } from '../base/units.ts';
import { WRITE_SHIFT, WRITTEN } from '../memory/write-flags.ts';
import { EDGES } from './edges/catalog.ts';
import { CLASS_OF_EIGHTH, COLUMNS } from './ledger/columns.ts';
import { ACCESS, type Site, type SiteKind } from './sites.ts';

/** Returned by $resume when the coroutine has finished; never a site. */
export const FINISHED = -0x8000_0000;

/** The word that a thread waits on which has nothing to run: none. */
export const IDLE = -2;

/** The limit of iterations of a user's loops between two accesses; no loop that ends needs as many. */
export const MOST_TICKS = 20_000_000;

const READS = new Set<SiteKind>(['load', 'byte load', 'atomic load', 'wait', 'spin', 'call']);

/** The end of $resume, from where a step of the innermost coroutine is done: it has suspended, or its caller goes on. */
export const AFTER_STEP = `    if (!step.done) {
      while ($freshCount > 0) stack[++top] = $fresh[--$freshCount];
      fiber.top = top;
      return step.value;
    }
    message = step.value;
    if (top === 0) break;
    top--;
  }
  $result = message;
  return ${FINISHED};
}
`;

const CONTROL = `
var $dirty = new Uint8Array(0), $fresh = [], $freshCount = 0, $calls = null, $budget = 0, $start = 0, $index = 0, $words = 1, $timeout = 0, $result, $host = null, $viewed = null, $view = null, $weak = null, $ticks = 0, $tickedAt = -1;
export function $attach(host) { $host = host; $weak = host.weak ?? null; if (host.dirty !== undefined) $dirty = host.dirty; }
export function $writeFlags() { return $dirty; }
export function $spawn(coroutine) { return { stack: [coroutine], top: 0, calls: [] }; }
export function $respawn(fiber, coroutine) { fiber.stack[0] = coroutine; fiber.top = 0; if (fiber.calls.length > 0) fiber.calls.length = 0; }
function $push(callee) { $fresh[$freshCount++] = callee; }
export function $resume(fiber, budget, message) {
  $start = $budget = budget;
  $words = 1;
  $freshCount = $ticks = 0;
  const stack = fiber.stack;
  $calls = fiber.calls;
  let top = fiber.top;
  for (;;) {
    const step = stack[top].next(message);
${AFTER_STEP}export function $ran() { return $start - $budget; }
export function $preempt(left = 0) { if (left < $budget) { $start -= $budget - left; $budget = left; } }
export function $pendingIndex() { return $index; }
export function $pendingWords() { return $words; }
function $range(start) { $words = -1; return start; }
export function $parkTimeout() { return $timeout; }
export function $returned() { return $result; }
export function $stack() { return $calls === null ? [] : $calls.slice(); }
export var $edges = new Uint32Array(${EDGES.length});
export var $ledger = new Float64Array(${COLUMNS});
var $class = Uint8Array.of(${CLASS_OF_EIGHTH.join()});
function $now() { return $host.now($start - $budget); }
function $thread() { return $host === null ? 0 : Math.max($host.thread ?? 0, 0); }
function $park(site, index, ms) {
  $index = index;
  $timeout = ms === undefined || ms !== ms || ms === Infinity ? Infinity : ms > 0 ? ms * 1e6 : 0;
  return ~site;
}
function $tick() {
  if ($tickedAt !== $budget) { $tickedAt = $budget; $ticks = 0; }
  $ticks = ($ticks | 0) + 1;
  if ($ticks <= ${MOST_TICKS}) return;
  $ticks = 0;
  throw new Error('a loop without end: ${formatCount(MOST_TICKS)} iterations without an access to the shared memory');
}
function $bytes(m) {
  if ($viewed !== m) $view = new Uint8Array(($viewed = m).buffer, m.byteOffset, m.byteLength);
  return $view;
}
function $mark(i) { $dirty[i >> ${WRITE_SHIFT}] = ${WRITTEN}; }
function $markRange(start, end) { for (let i = start >> ${WRITE_SHIFT}; i <= (end - 1) >> ${WRITE_SHIFT}; i++) $dirty[i] = ${WRITTEN}; }
function $filled(m, v, start, end) { $markRange(start, end); return m.fill(v, start, end); }
function $copied(m, target, start, end) { $markRange(target, target + end - start); return m.copyWithin(target, start, end); }
function $wild(index) { throw new RangeError('access outside the shared memory: m[' + index + ']'); }
`;

/**
 * One thread runs at a time, so plain operations are atomic. V8 inlines them, whereas Atomics
 * are calls of builtins.
 */
const PLAIN = `
function $astore(m, i, v) { if (m[i] === undefined) $wild(i); $mark(i); m[i] = v; return Math.trunc(v) || 0; }
function $add(m, i, v) { const old = m[i]; if (old === undefined) $wild(i); $mark(i); m[i] = old + (v | 0); return old; }
function $sub(m, i, v) { const old = m[i]; if (old === undefined) $wild(i); $mark(i); m[i] = old - (v | 0); return old; }
function $and(m, i, v) { const old = m[i]; if (old === undefined) $wild(i); $mark(i); m[i] = old & v; return old; }
function $or(m, i, v) { const old = m[i]; if (old === undefined) $wild(i); $mark(i); m[i] = old | v; return old; }
function $xor(m, i, v) { const old = m[i]; if (old === undefined) $wild(i); $mark(i); m[i] = old ^ v; return old; }
function $exchange(m, i, v) { const old = m[i]; if (old === undefined) $wild(i); $mark(i); m[i] = v; return old; }
function $cas(m, i, e, v) { const old = m[i]; if (old === undefined) $wild(i); if (old === (e | 0)) { $mark(i); m[i] = v; } return old; }
function $sleeps(m, i, v) { const word = m[i]; if (word === undefined) $wild(i); return word === (v | 0); }
function $notify(m, i, n) { if (m[i] === undefined) $wild(i); return $host.notify(i, n === undefined ? Infinity : Math.max(n, 0)); }
function $fill(m, v, start = 0, end = m.length) { return $filled(m, v, start, end); }
function $copy(m, target, start, end = m.length) { return $copied(m, target, start, end); }
export const $hooked = false;
`;

const HOOKED = `
function $load(s, m, i) {
  let v = m[i];
  if (v === undefined) $wild(i);
  const newest = v;
  if ($weak !== null && $weak.flags[i] !== 0) v = $weak.load(i, v);
  $host.access(s, ${ACCESS.load}, i, v, newest);
  return v;
}
function $store(s, m, i, v) {
  const old = m[i];
  if (old === undefined) $wild(i);
  $mark(i);
  m[i] = v;
  if ($weak !== null) $weak.store(i, old, m[i]);
  $host.access(s, ${ACCESS.store}, i, m[i], old);
  return v;
}
function $load8(s, m8, i) {
  let v = m8[i];
  if (v === undefined) $wild(i / 4);
  const newest = v;
  if ($weak !== null && $weak.flags[i >> 2] !== 0) v = $weak.loadByte(i, v);
  $host.access(s, ${ACCESS.byteLoad}, i, v, newest);
  return v;
}
function $store8(s, m8, i, v) {
  const old = m8[i];
  if (old === undefined) $wild(i / 4);
  $mark(i >> 2);
  m8[i] = v;
  if ($weak !== null) $weak.storeByte(i, old);
  $host.access(s, ${ACCESS.byteStore}, i, m8[i], old);
  return v;
}
function $aload(s, m, i) {
  let v = m[i];
  if (v === undefined) $wild(i);
  const newest = v;
  if ($weak !== null && $weak.flags[i] !== 0) v = $weak.atomicLoad(i, v);
  $host.access(s, ${ACCESS.atomicLoad}, i, v, newest);
  return v;
}
function $astored(m, i, v) {
  const before = m[i];
  if (before === undefined) $wild(i);
  $mark(i);
  m[i] = v;
  if ($weak !== null) $weak.atomicStore(i, before, m[i]);
  return before;
}
function $astore(s, m, i, v) { const old = $astored(m, i, v); $host.access(s, ${ACCESS.atomicStore}, i, m[i], old); return Math.trunc(v) || 0; }
function $taken(m, i) { const v = m[i]; if (v === undefined) $wild(i); return $weak === null ? v : $weak.update(i, v); }
function $rmw(s, m, i, old, v) { $astored(m, i, v); $host.access(s, ${ACCESS.rmw}, i, m[i], old); return old; }
function $add(s, m, i, v) { const old = $taken(m, i); return $rmw(s, m, i, old, old + (v | 0)); }
function $sub(s, m, i, v) { const old = $taken(m, i); return $rmw(s, m, i, old, old - (v | 0)); }
function $and(s, m, i, v) { const old = $taken(m, i); return $rmw(s, m, i, old, old & v); }
function $or(s, m, i, v) { const old = $taken(m, i); return $rmw(s, m, i, old, old | v); }
function $xor(s, m, i, v) { const old = $taken(m, i); return $rmw(s, m, i, old, old ^ v); }
function $exchange(s, m, i, v) { return $rmw(s, m, i, $taken(m, i), v); }
function $cas(s, m, i, e, v) {
  const old = $taken(m, i);
  const won = old === (e | 0);
  if (won) $astored(m, i, v);
  $host.access(s, won ? ${ACCESS.cas} : ${ACCESS.casFailed}, i, won ? m[i] : old, old);
  return old;
}
function $sleeps(s, m, i, v) {
  if ($weak !== null) $weak.critical(i);
  const word = $taken(m, i);
  const sleeps = word === (v | 0);
  $host.access(s, sleeps ? ${ACCESS.wait} : ${ACCESS.waitRefused}, i, word, word);
  return sleeps;
}
function $notify(s, m, i, n) {
  if (m[i] === undefined) $wild(i);
  if ($weak !== null) $weak.critical(i);
  const woken = $host.notify(i, n === undefined ? Infinity : Math.max(n, 0));
  $host.access(s, ${ACCESS.notify}, i, woken, m[i]);
  return woken;
}
function $fill(s, m, v, start = 0, end = m.length) {
  if ($weak !== null) $weak.fill(start, end, v | 0);
  $filled(m, v, start, end);
  $host.access(s, ${ACCESS.fill}, start, end - start, v);
  return m;
}
function $copy(s, m, target, start, end = m.length) {
  if ($weak === null) $copied(m, target, start, end);
  else {
    $markRange(target, target + end - start);
    $weak.copy(target, start, end);
  }
  $host.access(s, ${ACCESS.copy}, target, end - start, start);
  return m;
}
export const $hooked = true;
`;

export function prologue(hooked: boolean, sites: readonly Site[]): string {
  return `${CONTROL}${hooked ? HOOKED : PLAIN}${writesOf(sites)}`;
}

/** Returns the declaration of `$writes`. */
export function writesOf(sites: readonly Site[]): string {
  const writes = sites.map(({ kind }) => (READS.has(kind) ? 0 : 1)).join();
  return `export const $writes = Uint8Array.of(${writes});\n`;
}
