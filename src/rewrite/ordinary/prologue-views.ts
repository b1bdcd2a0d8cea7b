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
function $word(view, index) { const s = view.$shared; return (s.start + (index >= 0 && index < s.length ? Math.trunc(index) : 0) * s.size) >> 2; }
function $place(s, name, offset) { return (s.start + (s.isDataView && offset > 0 && offset < s.length ? Math.trunc(offset) : 0)) >> 2; }
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
function $notify(view, index, count) {
  if (view?.$shared === undefined) return Atomics.notify(view, index, count);
  Atomics.load(view, index);
  return $host.notify($word(view, index), count === undefined ? Infinity : Math.max(Math.trunc(count) || 0, 0));
}
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
function $report(site, kind, s, word, value, old) {
  if ($quiet || $host === null) return;
  $host.access(site, kind, word, $memory.token(s, word, value), $memory.token(s, word, old));
  if ($invariant.check !== null) $invariant.check();
}
function $try(site, view, work) {
  try { return work(); } catch (error) {
    const s = view?.$shared;
    if (s !== undefined) $report(site, ${ACCESS.load}, s, s.start >> 2, 0, 0);
    throw error;
  }
}
function $newView(site, target, name, ...args) {
  const view = new target(...args), s = args[0]?.$shared;
  if ($memory !== null) $memory.name(view, name);
  if (s !== undefined) $report(site, ${ACCESS.load}, s, s.start >> 2, args[0][0], args[0][0]);
  return view;
}
function $iterated(site, values) { const s = values?.$shared; if (s !== undefined) $report(site, ${ACCESS.load}, s, s.start >> 2, values[0], values[0]); return values; }
function $load(site, view, index) { const value = view[index], s = view.$shared; if (s !== undefined) $report(site, ${ACCESS.load}, s, $word(view, index), value, value); return value; }
function $store(site, view, index, value) {
  const s = view?.$shared;
  if (s === undefined) return view[index] = value;
  const old = view[index];
  $try(site, view, () => { view[index] = value; });
  $written(s, index);
  $report(site, ${ACCESS.store}, s, $word(view, index), view[index], old);
  return value;
}
function $change(loadSite, storeSite, view, index, change, isPostfix) {
  const old = $load(loadSite, view, index);
  const value = change(old);
  $store(storeSite, $count(view), index, value);
  return isPostfix ? $numeric(old) : value;
}
function $aload(site, view, index) { const value = $try(site, view, () => Atomics.load(view, index)), s = view.$shared; if (s !== undefined) $report(site, ${ACCESS.atomicLoad}, s, $word(view, index), value, value); return value; }
function $astore(site, view, index, value) {
  const s = view?.$shared, old = view?.[index], stored = $try(site, view, () => Atomics.store(view, index, value));
  if (s === undefined) return stored;
  $written(s, index);
  $report(site, ${ACCESS.atomicStore}, s, $word(view, index), view[index], old);
  return stored;
}
function $update(site, change, op, view, index, value) {
  const s = view?.$shared, old = $try(site, view, () => Atomics[op](view, index, value));
  if (s === undefined) return old;
  $written(s, index);
  $report(site, ${ACCESS.rmw}, s, $word(view, index), view[index], old);
  return old;
}
function $cas(site, view, index, expected, value) {
  const s = view?.$shared, old = $try(site, view, () => Atomics.compareExchange(view, index, expected, value));
  if (s === undefined) return old;
  $written(s, index);
  const won = old === (typeof old === 'bigint' ? BigInt.asIntN(64, expected) : expected) || view[index] !== old;
  $report(site, won ? ${ACCESS.cas} : ${ACCESS.casFailed}, s, $word(view, index), view[index], old);
  return old;
}
function $sleeps(site, view, index, value) {
  const s = view?.$shared, sleeps = $try(site, view, () => $equals(s, view, index, value));
  $report(site, sleeps ? ${ACCESS.wait} : ${ACCESS.waitRefused}, s, $word(view, index), view[index], view[index]);
  return sleeps;
}
function $notify(site, view, index, count) {
  if (view?.$shared === undefined) return Atomics.notify(view, index, count);
  $try(site, view, () => Atomics.load(view, index));
  const word = $word(view, index);
  const woken = $host.notify(word, count === undefined ? Infinity : Math.max(Math.trunc(count) || 0, 0));
  if (!$quiet) $host.access(site, ${ACCESS.notify}, word, woken, $memory.token(view.$shared, word, view[index]));
  return woken;
}
function $native(site, s, fn, self, args) {
  const result = $try(site, s.view, () => Reflect.apply(fn, self, args));
  for (const each of [self, ...args]) if (each?.$shared !== undefined) $memory.copyAll(each.$shared, $m, $dirty);
  const word = $place(s, fn.name, args[0]);
  if (s.isDataView && fn.name.startsWith('get')) $report(site, ${ACCESS.load}, s, word, result, result);
  else if (s.isDataView) $report(site, ${ACCESS.store}, s, word, args[1], undefined);
  else if (!$quiet && $host !== null) $host.access(site, $memory.hasChanged() ? ${ACCESS.fill} : ${ACCESS.load}, word, (s.length * s.size + 3) >> 2, 0);
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
