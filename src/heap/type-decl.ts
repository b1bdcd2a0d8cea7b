/**
 * Declarations of Go types, with which a workload describes the values that it allocates. A
 * declaration is plain data; heap/type-table.ts compiles it to descriptors and GC programs.
 *
 *     const Node = struct('Node', { left: () => pointer(Node), right: () => pointer(Node), key: int });
 */
import { UsageError } from '../base/fatal.ts';

/** A type, or a function that returns it: types may refer to each other. */
export type Of = TypeDecl | (() => TypeDecl);

export type TypeDecl =
  | { readonly kind: 'scalar'; readonly name: string; readonly bytes: number | 'word' }
  | { readonly kind: 'pointer'; readonly to: Of }
  | { readonly kind: 'unsafePointer' | 'string' | 'eface' | 'iface' | 'func' }
  | { readonly kind: 'slice'; readonly of: Of }
  | { readonly kind: 'chan'; readonly of: Of }
  | MapDecl
  | { readonly kind: 'array'; readonly of: Of; readonly length: number }
  | { readonly kind: 'struct'; readonly name: string; readonly fields: Readonly<Record<string, Of>> };

export interface MapDecl {
  readonly kind: 'map';
  readonly key: Of;
  readonly of: Of;
  /** The type that a map value points to. */
  readonly hmap: TypeDecl;
  /** The element type of the array that `hmap` refers to. */
  readonly bucket: TypeDecl;
}

export const int: TypeDecl = { kind: 'scalar', name: 'int', bytes: 'word' };
export const uintptr: TypeDecl = { kind: 'scalar', name: 'uintptr', bytes: 'word' };
export const uint8: TypeDecl = { kind: 'scalar', name: 'uint8', bytes: 1 };
export const int32: TypeDecl = { kind: 'scalar', name: 'int32', bytes: 4 };
export const unsafePointer: TypeDecl = { kind: 'unsafePointer' };
export const string: TypeDecl = { kind: 'string' };
/** interface{} */
export const eface: TypeDecl = { kind: 'eface' };
/** An interface with methods. */
export const iface: TypeDecl = { kind: 'iface' };
export const func: TypeDecl = { kind: 'func' };

/** Declares `*to`. */
export function pointer(to: Of): TypeDecl {
  return { kind: 'pointer', to };
}

/** Declares `[]of`. */
export function slice(of: Of): TypeDecl {
  return { kind: 'slice', of };
}

/** Declares `chan of`. */
export function chan(of: Of): TypeDecl {
  return { kind: 'chan', of };
}

/** Declares `map[key]of`, laid out as in Go 1.3: a pointer to an `hmap`, whose buckets have eight entries each. */
export function map(key: Of, of: Of): MapDecl {
  const name = () => `${typeName(resolve(key))},${typeName(resolve(of))}`;
  const bucket: TypeDecl = {
    kind: 'struct',
    get name() {
      return `bucket[${name()}]`;
    },
    fields: { tophash: array(uint8, 8), keys: () => array(key, 8), values: () => array(of, 8), overflow: () => pointer(bucket) },
  };
  const hmap: TypeDecl = {
    kind: 'struct',
    get name() {
      return `hmap[${name()}]`;
    },
    // unsafe.Pointer: the buckets are an array, whose type the collector finds in their MTypes.
    fields: { count: int, flags: int, buckets: unsafePointer, bucket: () => pointer(bucket) },
  };
  return { kind: 'map', key, of, hmap, bucket };
}

/**
 * Declares `[length]of`.
 * @throws UsageError unless 0 <= `length` < 2^24
 */
export function array(of: Of, length: number): TypeDecl {
  if (!Number.isInteger(length) || length < 0 || length >= 1 << 24) throw new UsageError(`an array type of ${length} elements: 0 to ${2 ** 24 - 1} are supported`);
  return { kind: 'array', of, length };
}

/** Declares a struct with `fields` in their order. Its `name` identifies it in a table. */
export function struct(name: string, fields: Readonly<Record<string, Of>>): TypeDecl {
  return { kind: 'struct', name, fields };
}

/** Returns the type that `of` is or returns. */
export function resolve(of: Of): TypeDecl {
  return typeof of === 'function' ? of() : of;
}

/** Types nested deeper than this are taken for an unnamed type that contains itself. */
const MAX_NAME_DEPTH = 200;

/**
 * Returns the name of `type` in Go's syntax.
 * @throws UsageError if an unnamed type contains itself
 */
export function typeName(type: TypeDecl, depth = 0): string {
  if (depth > MAX_NAME_DEPTH) throw new UsageError('an unnamed type contains itself; put a struct, which has a name, in between');
  const nameOf = (of: Of) => typeName(resolve(of), depth + 1);
  switch (type.kind) {
    case 'scalar':
    case 'struct':
      return type.name;
    case 'pointer':
      return `*${nameOf(type.to)}`;
    case 'unsafePointer':
      return 'unsafe.Pointer';
    case 'eface':
      return 'interface {}';
    case 'iface':
      return 'interface { M() }';
    case 'func':
      return 'func()';
    case 'slice':
      return `[]${nameOf(type.of)}`;
    case 'chan':
      return `chan ${nameOf(type.of)}`;
    case 'map':
      return `map[${nameOf(type.key)}]${nameOf(type.of)}`;
    case 'array':
      return `[${type.length}]${nameOf(type.of)}`;
    default:
      return type.kind;
  }
}
