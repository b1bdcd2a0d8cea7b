/** The bytes that a built-in reads and writes in shared views. Built-ins run as one step, but may touch only a part of a view. */
import type { NativeCall } from './core.ts';

/** Bytes that one access touches, counted from the first byte of all words. */
interface Touch {
  readonly start: number;
  readonly size: number;
  readonly writes: boolean;
}

interface Shared {
  readonly start: number;
  readonly size: number;
  readonly length: number;
}

/** Methods of views that look at no element. */
const IDLE: ReadonlySet<string> = new Set(['subarray', 'keys', 'values', 'entries', 'toString']);
/** Methods that write their own view, and built-ins that write a view which they are given. */
const WRITES_SELF: ReadonlySet<string> = new Set(['set', 'fill', 'copyWithin', 'sort', 'reverse']);
const WRITES_ARGUMENT = /^(?:encodeInto|getRandomValues|randomFillSync|read)/;

/** Returns what `call` touches. */
export function touchesOf({ name, self, args }: NativeCall): Touch[] {
  const own = sharedOf(self);
  const given = args.flatMap((each) => {
    const shared = sharedOf(each);
    return shared === undefined ? [] : [part(shared, 0, shared.length, WRITES_ARGUMENT.test(name))];
  });
  return own === undefined || IDLE.has(name) ? given : [...given, ...ofSelf(own, name, args)];
}

function ofSelf(own: Shared, name: string, args: readonly unknown[]): Touch[] {
  const { length } = own;
  switch (name) {
    case 'at':
      return [part(own, placeOf(args[0], length, 0), placeOf(args[0], length, 0) + 1, false)];
    case 'slice':
      return [part(own, placeOf(args[0], length, 0), placeOf(args[1], length, length), false)];
    case 'fill':
      return [part(own, placeOf(args[1], length, 0), placeOf(args[2], length, length), true)];
    case 'set':
      return [part(own, placeOf(args[1], length, 0), placeOf(args[1], length, 0) + lengthOf(args[0]), true)];
    case 'copyWithin': {
      const [to, from, end] = [placeOf(args[0], length, 0), placeOf(args[1], length, 0), placeOf(args[2], length, length)];
      return [part(own, from, end, false), part(own, to, to + Math.max(end - from, 0), true)];
    }
    default:
      return [part(own, 0, length, WRITES_SELF.has(name))];
  }
}

/** Returns the place that an argument means, as methods of lists take it: from the end if it is negative. */
function placeOf(given: unknown, length: number, usual: number): number {
  const place = given === undefined ? usual : Math.trunc(Number(given)) || 0;
  return place < 0 ? Math.max(length + place, 0) : Math.min(place, length);
}

function lengthOf(given: unknown): number {
  return Number((given as Partial<ArrayLike<unknown>> | null)?.length) || 0;
}

function part({ start, size, length }: Shared, from: number, to: number, writes: boolean): Touch {
  const end = Math.min(to, length);
  return { start: start + from * size, size: Math.max(end - from, 0) * size, writes };
}

function sharedOf(given: unknown): Shared | undefined {
  return ArrayBuffer.isView(given) ? (given as { readonly $shared?: Shared }).$shared : undefined;
}
