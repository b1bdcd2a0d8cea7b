/** The part of the prologue that gives functions, classes and objects their coroutines (functions.ts). */
export const FUNCTIONS = `
function $fn(co, name = '') {
  const fn = function (...args) { return $atomically(co.apply(this, args)); };
  fn.$co = co;
  Object.defineProperty(fn, 'name', { value: name, configurable: true });
  return fn;
}
function $link(target, names, enumerable) {
  for (const name of names) {
    const co = target[name], [kind, property] = name.split(' ');
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
function $named(co, name) {
  const fn = $fn(co, name);
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
function $isObject(value) { return (typeof value === 'object' && value !== null) || typeof value === 'function'; }
function $notFunction(text) { throw new TypeError(text + ' is not a function'); }
`;
