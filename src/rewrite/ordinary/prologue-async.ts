/**
 * The part of the prologue with promises, async functions, timers and Atomics.waitAsync (async.ts). Each thread has its own
 * queue of jobs, and runs it when its function has returned: so what runs next is a function of the schedule alone.
 *
 * The thread's loop: run all jobs, then one event that is due (a notified wait, a timer), and again. If there is none, sleep
 * until one is. Jobs and events are coroutines: other threads run in between their accesses.
 */
import { IDLE } from '../prologue.ts';

export const ASYNC = `
class $Events {
  jobs = []; due = []; timers = []; waits = new Set(); unhandled = new Set(); site = 0; lastTimer = 0;
}
const $outside = new $Events();
function $events() { return $quiet || $running === null ? $outside : ($running.events ??= new $Events()); }
function $noop() {}
function* $callOf(fn, ...args) { return fn.$co === undefined ? fn(...args) : yield* fn.$co(...args); }
const $states = new WeakMap();
function $stateOf(promise) {
  const state = $states.get(promise);
  if (state === undefined) throw new TypeError('this is not a promise');
  return state;
}
function $pending() { return $newPromise($Promise); }
function $newPromise(target) {
  $blank = target;
  return new target();
}
function $settle(promise, kind, value) {
  const state = $stateOf(promise);
  if (state.kind !== 'pending') return;
  state.kind = kind;
  state.value = value;
  if (kind === 'rejected' && state.reactions.length === 0 && !state.isHandled) { state.owner = $events(); state.owner.unhandled.add(promise); }
  for (const each of state.reactions) $enqueue(each, kind, value);
  state.reactions = [];
}
function $enqueue({ events, fulfilled, rejected }, kind, value) {
  if (events !== $events()) $refuse('a promise is settled by another thread than the one that waits for it: threads share memory, not promises');
  events.jobs.push(() => (kind === 'fulfilled' ? fulfilled(value) : rejected(value)));
}
/* fulfilled and rejected return coroutines. */
function $react(promise, fulfilled, rejected) {
  const state = $stateOf(promise), reaction = { events: $events(), fulfilled, rejected };
  state.isHandled = true;
  state.owner?.unhandled.delete(promise);
  if (state.kind === 'pending') state.reactions.push(reaction);
  else $enqueue(reaction, state.kind, state.value);
}
function $resolvers(promise) {
  let isDone = false;
  const once = (work) => (value) => { if (!isDone) { isDone = true; work(value); } };
  return { resolve: once((value) => $resolve(promise, value)), reject: once((error) => $settle(promise, 'rejected', error)) };
}
function $resolve(promise, value) {
  if (value === promise) return $settle(promise, 'rejected', new TypeError('Chaining cycle detected for promise #<Promise>'));
  if (!$isObject(value)) return $settle(promise, 'fulfilled', value);
  if (value instanceof Promise) $refuse('a promise of a built-in function can\\'t be explored: what settles it is outside of the scenario');
  let then;
  try { then = value.then; } catch (error) { return $settle(promise, 'rejected', error); }
  if (typeof then !== 'function') return $settle(promise, 'fulfilled', value);
  $events().jobs.push(function* () {
    const { resolve, reject } = $resolvers(promise);
    try { yield* $through(then, value, resolve, reject); } catch (error) { reject(error); }
  });
}
function* $through(fn, self, ...args) { return fn.$co === undefined ? fn.apply(self, args) : yield* fn.$co.apply(self, args); }
class $Promise {
  constructor(executor) {
    $states.set(this, { kind: 'pending', value: undefined, reactions: [], isHandled: false, owner: null });
    if ($blank === new.target) { $blank = null; return; }
    if (typeof executor !== 'function') throw new TypeError('Promise resolver ' + String(executor) + ' is not a function');
    const { resolve, reject } = $resolvers(this);
    try { executor(resolve, reject); } catch (error) { reject(error); }
  }
  then(onFulfilled, onRejected) {
    const made = $pending(), { resolve, reject } = $resolvers(made);
    const handle = (handler, otherwise) => function* (value) {
      if (typeof handler !== 'function') return otherwise(value);
      try { resolve(yield* $callOf(handler, value)); } catch (error) { reject(error); }
    };
    $react(this, handle(onFulfilled, resolve), handle(onRejected, reject));
    return made;
  }
  catch(onRejected) { return this.then(undefined, onRejected); }
  finally(onFinally) {
    if (typeof onFinally !== 'function') return this.then(onFinally, onFinally);
    const after = (then) => $fn(function* (value) { const awaited = $Promise.resolve(yield* $callOf(onFinally)); return awaited.then(() => then(value)); });
    return this.then(after((value) => value), after((error) => { throw error; }));
  }
  static resolve(value) {
    if ($states.has(value)) return value;
    const made = $pending();
    $resolve(made, value);
    return made;
  }
  static reject(error) { const made = $pending(); $settle(made, 'rejected', error); return made; }
  static withResolvers() { const promise = $pending(); return { promise, ...$resolvers(promise) }; }
  static try(fn, ...args) { return new $Promise((resolve) => resolve(fn(...args))); }
  static all(values) { return $gather(values, (results, i, settle) => [(value) => settle(results[i] = value), null], (results) => results); }
  static allSettled(values) {
    const keep = (results, i, settle) => [(value) => settle(results[i] = { status: 'fulfilled', value }), (reason) => settle(results[i] = { status: 'rejected', reason })];
    return $gather(values, keep, (results) => results);
  }
  static any(values) {
    const { promise, resolve, reject } = $Promise.withResolvers();
    const errors = [], all = [...values];
    let left = all.length;
    if (left === 0) reject(new AggregateError([], 'All promises were rejected'));
    all.forEach((value, i) => $Promise.resolve(value).then(resolve, (error) => { errors[i] = error; if (--left === 0) reject(new AggregateError(errors, 'All promises were rejected')); }));
    return promise;
  }
  static race(values) {
    const { promise, resolve, reject } = $Promise.withResolvers();
    for (const value of values) $Promise.resolve(value).then(resolve, reject);
    return promise;
  }
}
Object.defineProperty($Promise, 'name', { value: 'Promise' });
Object.defineProperty($Promise.prototype, Symbol.toStringTag, { value: 'Promise', configurable: true });
$init($Promise, function* (self, [executor]) {
  if (typeof executor !== 'function') throw new TypeError('Promise resolver ' + String(executor) + ' is not a function');
  const { resolve, reject } = $resolvers(self);
  try { yield* $callOf(executor, resolve, reject); } catch (error) { reject(error); }
});
function $gather(values, keep, end) {
  const { promise, resolve, reject } = $Promise.withResolvers();
  const results = [], all = [...values];
  let left = all.length;
  if (left === 0) resolve(end(results));
  all.forEach((value, i) => {
    const [fulfilled, rejected] = keep(results, i, () => { if (--left === 0) resolve(end(results)); });
    $Promise.resolve(value).then(fulfilled, rejected ?? reject);
  });
  return promise;
}
function $awaiting(site, value) { $events().site = site; return new $Out(value); }
function* $async(make, self, args) {
  const promise = $pending();
  let inner;
  try { inner = make.apply(self, args); } catch (error) { $settle(promise, 'rejected', error); return promise; }
  yield* $advance(new $Iterator(inner), promise, 'next');
  return promise;
}
function* $advance(iterator, promise, kind, value) {
  let step;
  try { step = yield* iterator.$run(kind, value); } catch (error) { $settle(promise, 'rejected', error); return; }
  if (step.done) $resolve(promise, step.value);
  else $react($Promise.resolve(step.value), (result) => $advance(iterator, promise, 'next', result), (error) => $advance(iterator, promise, 'throw', error));
}
function $clock() { return $host.now($start - $budget); }
function $addTimer(ns, run) {
  const events = $events(), timer = { id: ++events.lastTimer, at: $clock() + ns, run };
  const after = events.timers.findIndex(({ at }) => at > timer.at);
  events.timers.splice(after < 0 ? events.timers.length : after, 0, timer);
  return timer.id;
}
function $setTimeout(fn, ms = 0, ...args) {
  if ($quiet || $host === null) $refuse('setTimeout runs only in threads');
  return $addTimer(Math.max(Math.trunc(ms) || 0, 1) * 1e6, () => $callOf(fn, ...args));
}
function $setImmediate(fn, ...args) { return $addTimer(0, () => $callOf(fn, ...args)); }
function $clearTimeout(id) { const events = $events(); events.timers = events.timers.filter((each) => each.id !== id); }
function $queueMicrotask(fn) { $events().jobs.push(() => $callOf(fn)); }
function $beginWait(site, view, index, timeout) {
  const ms = timeout === undefined || Number.isNaN(Number(timeout)) ? Infinity : Number(timeout);
  if (!(ms > 0)) return { async: false, value: 'timed-out' };
  if ($quiet) $refuse('Atomics.waitAsync runs only in threads');
  const promise = $pending(), events = $events(), wait = { site };
  events.waits.add(wait);
  const token = $host.waitAsync($word(view, index), ms * 1e6, () => {
    events.waits.delete(wait);
    events.due.push(function* () { $settle(promise, 'fulfilled', 'ok'); });
  });
  if (ms < Infinity) $addTimer(ms * 1e6, function* () { if (events.waits.delete(wait)) { $host.endWait(token); $settle(promise, 'fulfilled', 'timed-out'); } });
  return { async: true, value: promise };
}
function $idle(site, ns) { $index = ${IDLE}; $timeout = ns; return ~site; }
function* $runEvents(isOver) {
  const events = $events();
  for (;;) {
    while (events.jobs.length > 0) yield* events.jobs.shift()();
    for (const promise of events.unhandled) { events.unhandled.delete(promise); throw $stateOf(promise).value; }
    if (isOver(events)) return;
    if (events.due.length > 0) { yield* events.due.shift()(); continue; }
    const [next] = events.timers, left = next === undefined ? Infinity : next.at - $clock();
    if (left <= 0) { events.timers.shift(); yield* next.run(); continue; }
    const [wait] = events.waits;
    --$budget;
    yield $idle(wait === undefined ? events.site : wait.site, left);
  }
}
function $isSettled(value) { return !$states.has(value) || $stateOf(value).kind !== 'pending'; }
export function $isPromise(value) { return $states.has(value); }
export function* $settled(value) {
  if (!$states.has(value)) return value;
  const state = $stateOf(value);
  state.isHandled = true;
  state.owner?.unhandled.delete(value);
  yield* $runEvents(() => state.kind !== 'pending');
  if (state.kind === 'rejected') throw state.value;
  return state.value;
}
export function* $thread(coroutine) {
  const result = yield* coroutine;
  const value = yield* $settled(result);
  yield* $runEvents(({ timers, due }) => timers.length === 0 && due.length === 0);
  return value;
}
`;
