/** Functions of the language that ordinary code calls, by what they mean to exploration. */

/** Functions that neither reach shared memory nor call back: they are called as written. */
export const PURE: ReadonlySet<string> = new Set(['Number', 'String', 'Boolean', 'BigInt', 'Symbol', 'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'structuredClone', '$tick']);

/** Objects whose functions are of that kind. */
export const PURE_OBJECTS: ReadonlySet<string> = new Set(['Math', 'Number', 'BigInt', 'Symbol', 'console']);

/** Constructors of that kind. */
export const PURE_CLASSES: ReadonlySet<string> = new Set(['Error', 'TypeError', 'RangeError', 'SyntaxError', 'Map', 'Set', 'WeakMap', 'WeakSet', 'ArrayBuffer', 'TextEncoder', 'TextDecoder', 'RegExp']);

const TYPED_ARRAY = Object.getPrototypeOf(Int8Array.prototype) as object;

/** Methods of typed arrays and DataView: on a shared view each is one step. */
export const VIEW_METHODS: ReadonlySet<string> = new Set(
  [TYPED_ARRAY, DataView.prototype].flatMap((prototype) => Object.getOwnPropertyNames(prototype)).filter((name) => name !== 'constructor'),
);

/** Methods of arrays whose callbacks may suspend (prologue-lists.ts). */
export const LIST_METHODS: ReadonlySet<string> = new Set(['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'reduce']);

/** Constructors of views. */
export const VIEW_CLASSES: ReadonlySet<string> = new Set([
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'DataView',
]);

/** Operations of Atomics that read and write one word. */
export const UPDATES: ReadonlySet<string> = new Set(['add', 'sub', 'and', 'or', 'xor', 'exchange']);

/** Calls that would make an execution depend on more than its schedule, and what stands for each. */
export const REPLACED: Readonly<Record<string, string>> = { 'Math.random': '$random', 'Date.now': '$milliseconds', 'performance.now': '$milliseconds' };

/** Functions and classes of the event loop, and what stands for each in the prologue. */
export const STANDS_FOR: Readonly<Record<string, string>> = {
  Promise: '$Promise', setTimeout: '$setTimeout', clearTimeout: '$clearTimeout', setImmediate: '$setImmediate', clearImmediate: '$clearTimeout', queueMicrotask: '$queueMicrotask',
};

/** By function or class, why exploration refuses a call of it, and what to do. */
export const REFUSED: Readonly<Record<string, string>> = {
  setInterval: 'a timer without end can\'t be explored: use setTimeout, which takes virtual time',
  clearInterval: 'a timer without end can\'t be explored: use setTimeout, which takes virtual time',
  fetch: 'input and output can\'t be explored: pass the data in through setup',
  Worker: 'a thread started inside a scenario can\'t be explored: list its function in threads',
  MessageChannel: 'messages can\'t be explored: only shared memory is',
  BroadcastChannel: 'messages can\'t be explored: only shared memory is',
  eval: 'code made at run time can\'t be explored',
  Function: 'code made at run time can\'t be explored',
};

/** Modules of Node with input, output, timers or threads. Other modules of Node run as they are. */
export const REFUSED_MODULES: ReadonlySet<string> = new Set(
  ['fs', 'fs/promises', 'net', 'http', 'https', 'http2', 'dgram', 'dns', 'child_process', 'cluster', 'timers', 'timers/promises', 'readline', 'worker_threads'].flatMap((name) => [name, `node:${name}`]),
);
