/** The part of the prologue that gives functions, classes and objects their coroutines (functions.ts). */
export const FUNCTIONS = `
class $Out { constructor(value) { this.value = value; } }
class $Iterator {
  #inner;
  constructor(inner) { this.#inner = inner; }
  *$run(kind, value) {
    let step = this.#inner[kind](value);
    while (!step.done && !(step.value instanceof $Out)) {
      let message, throws = false;
      try { message = yield step.value; } catch (error) { throws = true; message = error; }
      step = throws ? this.#inner.throw(message) : this.#inner.next(message);
    }
    return step.done ? step : { value: step.value.value, done: false };
  }
}
Object.setPrototypeOf($Iterator.prototype, Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())));
for (const kind of ['next', 'return', 'throw']) {
  const method = function (value) { return $atomically(this.$run(kind, value)); };
  method.$co = function (value) { return this.$run(kind, value); };
  Object.defineProperty($Iterator.prototype, kind, { value: method, writable: true, configurable: true });
}
function $iterator(inner) { return new $Iterator(inner); }
function* $delegate(iterable) {
  const iterator = iterable[Symbol.iterator]();
  let kind = 'next', sent, isOver = false;
  try {
    for (;;) {
      if (kind === 'throw' && iterator.throw === undefined) throw new TypeError('The iterator does not provide a throw method');
      const co = iterator[kind].$co;
      isOver = true;
      const step = co === undefined ? iterator[kind](sent) : yield* co.call(iterator, sent);
      if (step.done) return step.value;
      isOver = false;
      try { sent = yield new $Out(step.value); kind = 'next'; } catch (error) { sent = error; kind = 'throw'; }
    }
  } finally {
    if (!isOver) iterator.return?.();
  }
}
class $Step {
  isOver = false;
  #iterator;
  constructor(iterator) { this.#iterator = iterator; }
  next() { return this.#iterator.$run('next'); }
  close() { if (!this.isOver) this.#iterator.return(); }
}
function $steps(iterator) {
  const step = new $Step(iterator);
  return { [Symbol.iterator]() { return this; }, next: () => ({ value: step, done: false }), return() { step.close(); return { value: undefined, done: true }; } };
}

function $fn(co, name = '') {
  const fn = function (...args) { return $atomically(co.apply(this, args)); };
  fn.$co = co;
  Object.defineProperty(fn, 'name', { value: name, configurable: true });
  return fn;
}
function $link(target, names, enumerable) {
  for (const each of names) {
    /* A computed name is a list of one. */
    const isComputed = typeof each === 'object', name = isComputed ? each[0] : each;
    const co = target[name], [kind, property] = isComputed ? [] : name.split(' ');
    if (isComputed && co.$co !== undefined) continue;
    if (property === undefined) {
      const fn = $named(co, name);
      Object.defineProperty(target, name, { value: fn, writable: true, configurable: true, enumerable });
      continue;
    }
    delete target[name];
    const other = Object.getOwnPropertyDescriptor(target, property);
    Object.defineProperty(target, property, { get: other?.get, set: other?.set, [kind]: $named(co, name), configurable: true, enumerable });
  }
  return target;
}
var $keys = [];
function $keyed(key) {
  const name = typeof key === 'symbol' ? key : String(key);
  $keys.push(name);
  return name;
}
function $takeKeys(count) { return $keys.splice($keys.length - count); }
function $named(co, name) {
  const fn = $fn(co, typeof name === 'symbol' ? '[' + (name.description ?? '') + ']' : name);
  Object.defineProperty(fn, 'length', { value: co.length, configurable: true });
  return fn;
}
function $accessor(object, name, kind) {
  for (let at = object; at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found[kind]?.$co;
  }
  return undefined;
}
function $init(target, run) { Object.defineProperty(target, '$init', { value: run }); }
function $inherit(target) {
  const base = Object.getPrototypeOf(target);
  if (typeof base === 'function' && Object.hasOwn(base, '$init')) $init(target, base.$init);
}
function $maker(target) {
  if (typeof target !== 'function') return undefined;
  if (Object.hasOwn(target, '$init')) return target.$init;
  return target.$co === undefined || !Object.hasOwn(target, '$co') ? undefined : (self, args) => target.$co.apply(self, args);
}
function $make(target) {
  if (!Object.hasOwn(target, '$init')) return Object.create(target.prototype ?? Object.prototype);
  $blank = target;
  return new target();
}
function $bound(bind, target, bound, args) {
  if (bind === Function.prototype.bind && target.$co !== undefined) bound.$co = target.$co.bind(...args);
  return bound;
}
function $bindTo(target, ...args) { return $bound(target.bind, target, target.bind(...args), args); }
/* A trap must not see the properties that generated code asks for: it may touch the memory, or call itself without end. */
function $newProxy(target, handler) {
  if (!$isObject(handler)) return new Proxy(target, handler);
  const get = (of, name, receiver) => {
    if (name === '$shared' || name === '$co') return of[name];
    const trap = handler.get;
    return trap === undefined ? Reflect.get(of, name, receiver) : trap.call(handler, of, name, receiver);
  };
  const quiet = Object.create(handler, { get: { value: get } });
  return new Proxy(target, quiet);
}
function $isObject(value) { return (typeof value === 'object' && value !== null) || typeof value === 'function'; }
function $notFunction(text) { throw new TypeError(text + ' is not a function'); }
`;
