/** The part of the prologue with the operations on shared views (accesses.ts, calls.ts), without and with reports to the host. */
import { WRITE_SHIFT, WRITTEN } from '../../memory/write-flags.ts';
import { ACCESS } from '../sites.ts';

/** Nanoseconds of Atomics.pause. */
const PAUSE_NS = 5;

export const VIEWS = `
function $newBuffer(length, options) {
  if ($memory === null) throw new Error('a SharedArrayBuffer is made as the module is loaded: make it in setup, so that each execution begins with a new one');
  return $memory.newBuffer(length, options);
}
function $count(view) { if (view?.$shared !== undefined) --$budget; return view; }
function $word(view, index) { const s = view.$shared; $words = s.size > 4 ? 2 : 1; return (s.start + (index >= 0 && index < s.length ? Math.trunc(index) : 0) * s.size) >> 2; }
function $whole(view) { $words = -1; return view.$shared.start >> 2; }
function $place(s, name, offset) { $words = s.isDataView ? 3 : -1; return (s.start + (s.isDataView && offset > 0 && offset < s.length ? Math.trunc(offset) : 0)) >> 2; }
function $written(s, index) {
  const word = (s.start + index * s.size) >> 2;
  if (s.size !== 4 || index >= s.length) { $memory.copy(s, word, s.size, $m, $dirty); return; }
  $m[word] = s.words[word - s.base];
  $dirty[word >> ${WRITE_SHIFT}] = ${WRITTEN};
}
function $items(values) {
  if (values === null || typeof values !== 'object' || Array.isArray(values)) return values;
  if (values.$shared !== undefined && !values.$shared.isDataView) return values.keys();
  if (typeof values[Symbol.iterator] !== 'function') return values;
  const iterator = values[Symbol.iterator]();
  return iterator instanceof $Iterator ? $steps(iterator) : { [Symbol.iterator]: () => iterator };
}
function $anyView(values) { return values.find((value) => value?.$shared !== undefined); }
function $next(value, by) { return typeof value === 'bigint' ? value + BigInt(by) : value + by; }
function $numeric(value) { return typeof value === 'bigint' ? value : Number(value); }
function $add(old, value) { return old + (value | 0); }
function $sub(old, value) { return old - (value | 0); }
function $and(old, value) { return old & value; }
function $or(old, value) { return old | value; }
function $xor(old, value) { return old ^ value; }
function $exchange(old, value) { return value; }
function $isWord(s, view, index, value) { return s !== undefined && s.isWord && typeof value === 'number' && view[index] !== undefined; }
function $park(site, view, index, ms) {
  $index = $word(view, index);
  $timeout = ms === undefined || ms !== ms || ms === Infinity ? Infinity : ms > 0 ? ms * 1e6 : 0;
  return ~site;
}
function $pause(site) { $index = -1; $timeout = ${PAUSE_NS}; return ~site; }
function $equals(s, view, index, value) {
  if (s === undefined || !s.canWait) { Atomics.wait(view, index, value, 0); return false; }
  Atomics.load(view, index);
  return view[index] === (typeof view[index] === 'bigint' ? BigInt.asIntN(64, value) : value | 0);
}
`;

export const PLAIN = `
function $iterated(values) { return values; }
function $newView(target, name, ...args) {
  const view = new target(...args);
  if ($memory !== null) $memory.name(view, name);
  return view;
}
function $load(view, index) { return view[index]; }
function $store(view, index, value) { view[index] = value; const s = view.$shared; if (s !== undefined) $written(s, index); return value; }
function $change(loadSite, storeSite, view, index, change, isPostfix) {
  const old = view[index];
  const value = change(old);
  $store($count(view), index, value);
  return isPostfix ? $numeric(old) : value;
}
function $aload(view, index) {
  const s = view?.$shared;
  if (s !== undefined && s.isWhole) { const value = view[index]; if (value !== undefined) return value; }
  return Atomics.load(view, index);
}
function $astore(view, index, value) {
  const s = view?.$shared;
  if (!$isWord(s, view, index, value)) { const stored = Atomics.store(view, index, value); if (s !== undefined) $written(s, index); return stored; }
  view[index] = value;
  $written(s, index);
  return Math.trunc(value) || 0;
}
function $update(change, op, view, index, value) {
  const s = view?.$shared;
  if (!$isWord(s, view, index, value)) { const old = Atomics[op](view, index, value); if (s !== undefined) $written(s, index); return old; }
  const old = view[index];
  view[index] = change(old, value);
  $written(s, index);
  return old;
}
function $cas(view, index, expected, value) {
  const s = view?.$shared;
  if (!$isWord(s, view, index, value) || typeof expected !== 'number') { const old = Atomics.compareExchange(view, index, expected, value); if (s !== undefined) $written(s, index); return old; }
  const old = view[index];
  if ((old | 0) === (expected | 0)) { view[index] = value; $written(s, index); }
  return old;
}
function $sleeps(view, index, value) { return $equals(view?.$shared, view, index, value); }
function $notify(site, view, index, count) {
  if (view?.$shared === undefined) return Atomics.notify(view, index, count);
  Atomics.load(view, index);
  return $host.notify($word(view, index), count === undefined ? Infinity : Math.max(Math.trunc(count) || 0, 0), site);
}
function $waitAsync(site, view, index, value, timeout) { return $sleeps(view, index, value) ? $beginWait(site, view, index, timeout) : { async: false, value: 'not-equal' }; }
function $native(s, fn, self, args) {
  const result = Reflect.apply(fn, self, args);
  for (const each of [self, ...args]) if (each?.$shared !== undefined) $memory.copyAll(each.$shared, $m, $dirty);
  return result;
}
function $method(self, name, ...args) {
  const s = self?.$shared;
  if (s === undefined) return self[name](...args);
  --$budget;
  return $native(s, self[name], self, args);
}
function $waitAtomically(view, index, value, timeout) {
  if (!$sleeps(view, index, value)) return 'not-equal';
  if (timeout <= 0) return 'timed-out';
  $refuse('Atomics.wait would sleep where no other thread can run: in a field, a parameter or the constructor of a derived class');
}
function $target(site, view, index) { return { set value(value) { $store($count(view), index, value); } }; }
export const $hooked = false;
`;

export const HOOKED = `
export var $invariant = { check: null };
/* Sets what $touched returns, and returns the first word. */
function $spot(s, index) {
  const place = typeof index === 'symbol' ? -1 : Number(index), isElement = Number.isInteger(place) && place >= 0 && place < s.length;
  return $touch(s.start + (isElement ? place : 0) * s.size, isElement ? s.size : 0);
}
function $touch(start, size) { $from = start; $bytes = size; return start >> 2; }
function $all(s) { return $touch(s.start, s.length * s.size); }
function $report(site, kind, s, word, value, old) {
  if ($quiet || $host === null) return;
  $host.access(site, kind, word, $memory.token(s, word, value), $memory.token(s, word, old));
  if ($invariant.check !== null) $invariant.check();
}
function $isWeak(s, index) {
  if ($weak === null || $quiet || typeof index === 'symbol' || index === '') return false;
  const place = Number(index);
  return Number.isInteger(place) && place >= 0 && place < s.length;
}
function $isWhole(s, isAtomic) { return s.isWhole && (isAtomic || s.size < 8); }
function $seen(s, view, index, newest, isAtomic) {
  if (!$isWeak(s, index)) return newest;
  const start = s.start + index * s.size, word = start >> 2;
  if ($weak.flags[word] === 0 && $weak.flags[(start + s.size - 1) >> 2] === 0) return newest;
  if (!s.isWord) return $weak.loadBytes(start, s.size, $isWhole(s, isAtomic), isAtomic, $weak.scratch) ? $memory.decode(s, $weak.scratch) : newest;
  const value = isAtomic ? $weak.atomicLoad(word, newest | 0) : $weak.load(word, newest | 0);
  return s.canWait ? value : value >>> 0;
}
function $take(s, view, index) {
  if (!$isWeak(s, index)) return false;
  const start = s.start + index * s.size;
  if (s.isWord) {
    const newest = view[index] | 0, value = $weak.update(start >> 2, newest);
    if (value !== newest) view[index] = value;
    return value !== newest;
  }
  if (!$weak.updateBytes(start, s.size, $weak.scratch)) return false;
  view[index] = $memory.decode(s, $weak.scratch);
  return true;
}
function $weakly(s, view, index, isAtomic, store) {
  if (!$isWeak(s, index)) return store();
  const start = s.start + index * s.size;
  $weak.beforeStore(start, s.size);
  const result = store();
  $weak.afterStore(start, s.size, $isWhole(s, isAtomic), isAtomic);
  return result;
}
function $range(s, name, offset) {
  const size = Number(/\\d+$/.exec(name)?.[0]) / 8, start = Math.trunc(offset) || 0;
  return size >= 1 && start >= 0 && start + size <= s.length ? { start: s.start + start, size } : null;
}
function $try(site, view, work) {
  try { return work(); } catch (error) {
    const s = view?.$shared;
    if (s !== undefined) $report(site, ${ACCESS.load}, s, $touch(s.start, 0), 0, 0);
    throw error;
  }
}
function $newView(site, target, name, ...args) {
  const view = new target(...args), s = args[0]?.$shared;
  if ($memory !== null) $memory.name(view, name);
  if (s !== undefined) $report(site, ${ACCESS.load}, s, $all(s), args[0][0], args[0][0]);
  return view;
}
function $iterated(site, values) { const s = values?.$shared; if (s !== undefined) $report(site, ${ACCESS.load}, s, $all(s), values[0], values[0]); return values; }
function $load(site, view, index) {
  const newest = view[index], s = view.$shared;
  if (s === undefined) return newest;
  const value = $seen(s, view, index, newest, false);
  $report(site, ${ACCESS.load}, s, $spot(s, index), value, newest);
  return value;
}
function $store(site, view, index, value) {
  const s = view?.$shared;
  if (s === undefined) return view[index] = value;
  const old = view[index];
  $weakly(s, view, index, false, () => { $try(site, view, () => { view[index] = value; }); $written(s, index); });
  $report(site, ${ACCESS.store}, s, $spot(s, index), view[index], old);
  return value;
}
function $change(loadSite, storeSite, view, index, change, isPostfix) {
  const old = $load(loadSite, view, index);
  const value = change(old);
  $store(storeSite, $count(view), index, value);
  return isPostfix ? $numeric(old) : value;
}
function $aload(site, view, index) {
  const newest = $try(site, view, () => Atomics.load(view, index)), s = view.$shared;
  if (s === undefined) return newest;
  const value = $seen(s, view, index, newest, true);
  $report(site, ${ACCESS.atomicLoad}, s, $spot(s, index), value, newest);
  return value;
}
function $astore(site, view, index, value) {
  const s = view?.$shared, old = view?.[index];
  if (s === undefined) return Atomics.store(view, index, value);
  const stored = $weakly(s, view, index, true, () => { const stored = $try(site, view, () => Atomics.store(view, index, value)); $written(s, index); return stored; });
  $report(site, ${ACCESS.atomicStore}, s, $spot(s, index), view[index], old);
  return stored;
}
function $update(site, change, op, view, index, value) {
  const s = view?.$shared;
  if (s === undefined) return Atomics[op](view, index, value);
  const old = $weakly(s, view, index, true, () => { $take(s, view, index); const old = $try(site, view, () => Atomics[op](view, index, value)); $written(s, index); return old; });
  $report(site, ${ACCESS.rmw}, s, $spot(s, index), view[index], old);
  return old;
}
function $cas(site, view, index, expected, value) {
  const s = view?.$shared;
  if (s === undefined) return Atomics.compareExchange(view, index, expected, value);
  const newest = view[index], isTaken = $take(s, view, index), isWeak = $isWeak(s, index), start = s.start + index * s.size;
  if (isWeak) $weak.beforeStore(start, s.size);
  const old = $try(site, view, () => Atomics.compareExchange(view, index, expected, value));
  const won = old === (typeof old === 'bigint' ? BigInt.asIntN(64, expected) : expected) || view[index] !== old;
  if (won) $written(s, index);
  if (won && isWeak) $weak.afterStore(start, s.size, true, true);
  const now = view[index];
  if (!won && isTaken) view[index] = newest;
  $report(site, won ? ${ACCESS.cas} : ${ACCESS.casFailed}, s, $spot(s, index), now, old);
  return old;
}
function $sleeps(site, view, index, value) {
  const s = view?.$shared, newest = view?.[index], canWait = s !== undefined && s.canWait && $isWeak(s, index);
  if (canWait) $weak.critical($word(view, index));
  const isTaken = canWait && $take(s, view, index);
  const sleeps = $try(site, view, () => $equals(s, view, index, value)), word = view[index];
  if (isTaken) view[index] = newest;
  $report(site, sleeps ? ${ACCESS.wait} : ${ACCESS.waitRefused}, s, $spot(s, index), word, word);
  return sleeps;
}
function $notify(site, view, index, count) {
  if (view?.$shared === undefined) return Atomics.notify(view, index, count);
  $try(site, view, () => Atomics.load(view, index));
  const word = $spot(view.$shared, index);
  if ($weak !== null && !$quiet) $weak.critical(word);
  const woken = $host.notify(word, count === undefined ? Infinity : Math.max(Math.trunc(count) || 0, 0), site);
  if (!$quiet) $host.access(site, ${ACCESS.notify}, word, woken, $memory.token(view.$shared, word, view[index]));
  return woken;
}
function $waitAsync(site, view, index, value, timeout) { return $sleeps(site, view, index, value) ? $beginWait(site, view, index, timeout) : { async: false, value: 'not-equal' }; }
function $native(site, s, fn, self, args) {
  const isWeak = $weak !== null && !$quiet, isGet = fn.name.startsWith('get'), isData = s.isDataView && self?.$shared === s;
  const range = isData ? $range(s, fn.name, args[0]) : null, at = isWeak ? range : null;
  if (at !== null && !isGet) $weak.beforeStore(at.start, at.size);
  let result = $try(site, s.view, () => Reflect.apply(fn, self, args));
  const newest = result;
  for (const each of [self, ...args]) if (each?.$shared !== undefined) $memory.copyAll(each.$shared, $m, $dirty, isWeak && at === null ? $weak : null);
  if (at !== null && !isGet) $weak.afterStore(at.start, at.size, false, false);
  if (at !== null && isGet && $weak.loadBytes(at.start, at.size, false, false, $weak.scratch)) result = Reflect.apply(fn, new DataView($weak.scratch.buffer), [0, args[1]]);
  const word = $place(s, fn.name, args[0]);
  $touch(range === null ? s.start : range.start, range === null ? 0 : range.size);
  if (isData && isGet) $report(site, ${ACCESS.load}, s, word, result, newest);
  else if (isData) $report(site, ${ACCESS.store}, s, word, args[1], undefined);
  else if (!$quiet && $host !== null) {
    $builtIn = { name: fn.name, self, args };
    $host.access(site, $memory.hasChanged() ? ${ACCESS.fill} : ${ACCESS.load}, word, (s.length * s.size + 3) >> 2, 0);
    $builtIn = null;
  }
  return result;
}
function $method(site, self, name, ...args) {
  const s = self?.$shared;
  if (s === undefined) return self[name](...args);
  --$budget;
  return $native(site, s, self[name], self, args);
}
function $waitAtomically(site, view, index, value, timeout) {
  if (!$sleeps(site, view, index, value)) return 'not-equal';
  if (timeout <= 0) return 'timed-out';
  $refuse('Atomics.wait would sleep where no other thread can run: in a field, a parameter or the constructor of a derived class');
}
function $target(site, view, index) { return { set value(value) { $store(site, $count(view), index, value); } }; }
export const $hooked = true;
`;
