/**
 * The globals of a thread on which a user's module runs beside the machine. What the machine
 * calls is locked, so that a module that would change it throws in its own line; anything else
 * stays open.
 */

/** Bindings of the global object that the machine and this driver use. */
const BINDINGS = [
  'Atomics', 'Math', 'Reflect', 'JSON', 'Object', 'Function', 'Array', 'Number', 'String', 'Boolean', 'Symbol', 'BigInt', 'Map', 'Set', 'WeakMap', 'Promise', 'Proxy', 'RegExp', 'Date',
  'Error', 'TypeError', 'RangeError', 'Int32Array', 'Uint32Array', 'Uint8Array', 'Uint16Array', 'Float64Array', 'ArrayBuffer', 'SharedArrayBuffer', 'WebAssembly', 'URL',
  'process', 'performance', 'setImmediate', 'setTimeout', 'clearTimeout', 'queueMicrotask', 'structuredClone', 'globalThis',
] as const;

/** No object inherits from these, or none that would redefine a method by assignment. */
const FROZEN: readonly object[] = [
  Atomics, Math, Reflect, JSON, Object, Array, Number, String, Symbol, Promise, Map, Set,
  Int32Array, Int32Array.prototype, Object.getPrototypeOf(Int32Array) as object, Object.getPrototypeOf(Int32Array.prototype) as object,
  Number.prototype, Symbol.prototype,
];

/** Prototypes whose methods derived objects may redefine by assignment, which freezing would forbid. */
const GUARDED: readonly object[] = [Object.prototype, Function.prototype, Array.prototype, String.prototype, Promise.prototype, Map.prototype, Set.prototype, RegExp.prototype];

/** Locks this thread's globals; to be called before the user's module is loaded. */
export function guardGlobals(): void {
  for (const name of BINDINGS) {
    Object.defineProperty(globalThis, name, { value: globalThis[name as keyof typeof globalThis], writable: false, configurable: false });
  }
  for (const object of FROZEN) Object.freeze(object);
  for (const prototype of GUARDED) guardPrototype(prototype);
}

/** Makes every method of `prototype` one that can be redefined on derived objects only, and adds none. */
function guardPrototype(prototype: object): void {
  for (const key of Object.getOwnPropertyNames(prototype)) {
    const own = Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor;
    if (typeof own.value === 'function' && own.configurable) guardMethod(prototype, key, own);
  }
  // A property here would be one of every object, `then` most of all.
  if (prototype === Object.prototype) Object.preventExtensions(prototype);
}

function guardMethod(prototype: object, key: string, { value, enumerable }: PropertyDescriptor): void {
  Object.defineProperty(prototype, key, {
    get: () => value as unknown,
    set(this: object, given: unknown) {
      if (this === prototype) throw new TypeError(`Cannot assign to read only property '${key}' of a prototype that the machine uses`);
      Object.defineProperty(this, key, { value: given, writable: true, enumerable: true, configurable: true });
    },
    enumerable,
    configurable: false,
  });
}
