/**
 * Guards the globals of a thread that runs a user's module next to the machine. The globals that the
 * machine calls are locked, so that an assignment throws in the line of the module. All others stay
 * writable.
 */

/** Bindings of the global object that the machine and its thread use. */
const BINDINGS = [
  'Atomics', 'Math', 'Reflect', 'JSON', 'Object', 'Function', 'Array', 'Number', 'String', 'Boolean', 'Symbol', 'BigInt', 'Map', 'Set', 'WeakMap', 'Promise', 'Proxy', 'RegExp', 'Date',
  'Error', 'TypeError', 'RangeError', 'Int32Array', 'Uint32Array', 'Uint8Array', 'Uint16Array', 'Float64Array', 'ArrayBuffer', 'SharedArrayBuffer', 'WebAssembly', 'URL',
  'process', 'performance', 'setImmediate', 'setTimeout', 'clearTimeout', 'queueMicrotask', 'structuredClone', 'globalThis',
] as const;

/** Objects to freeze: no object that redefines a method by assignment inherits from them. */
const FROZEN: readonly object[] = [
  Atomics, Math, Reflect, JSON, Object, Array, Number, String, Symbol, Promise, Map, Set,
  Int32Array, Int32Array.prototype, Object.getPrototypeOf(Int32Array) as object, Object.getPrototypeOf(Int32Array.prototype) as object,
  Number.prototype, Symbol.prototype,
];

/** Prototypes whose methods derived objects may redefine by assignment, which freezing would forbid. */
const GUARDED: readonly object[] = [Object.prototype, Function.prototype, Array.prototype, String.prototype, Promise.prototype, Map.prototype, Set.prototype, RegExp.prototype];

/** Locks the globals of this thread. Call it before the user's module is loaded. */
export function guardGlobals(): void {
  for (const name of BINDINGS) {
    Object.defineProperty(globalThis, name, { value: globalThis[name as keyof typeof globalThis], writable: false, configurable: false });
  }
  for (const object of FROZEN) Object.freeze(object);
  for (const prototype of GUARDED) guardPrototype(prototype);
}

/** Makes every method of `prototype` read-only there, but redefinable by assignment on derived objects. */
function guardPrototype(prototype: object): void {
  for (const key of Object.getOwnPropertyNames(prototype)) {
    const own = Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor;
    if (typeof own.value === 'function' && own.configurable) guardMethod(prototype, key, own);
  }
  // Every object would inherit a new property of Object.prototype; `then` would be the worst.
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
