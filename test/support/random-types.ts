/** Random Go types, for fast-check: plain descriptions, and the declarations made of them. */
import fc from 'fast-check';
import { array, chan, eface, func, iface, int, int32, map, pointer, slice, string, struct, uint8, uintptr, unsafePointer, type TypeDecl } from '../../src/heap/type-decl.ts';

type Shape =
  | { readonly kind: 'leaf'; readonly leaf: number }
  | { readonly kind: 'back'; readonly up: number }
  | { readonly kind: 'pointer' | 'slice' | 'chan' | 'map'; readonly of: Shape }
  | { readonly kind: 'array'; readonly of: Shape; readonly length: number }
  | { readonly kind: 'struct'; readonly fields: readonly Shape[] };

const LEAVES: readonly TypeDecl[] = [int, uintptr, uint8, int32, string, eface, iface, func, unsafePointer];

function shapes(lengths: readonly number[]): fc.Arbitrary<Shape> {
  const { shape } = fc.letrec<{ shape: Shape }>((tie) => {
    const leaf = fc.record({ kind: fc.constant('leaf' as const), leaf: fc.nat(LEAVES.length - 1) });
    const back = fc.record({ kind: fc.constant('back' as const), up: fc.nat(3) });
    const one = fc.record({ kind: fc.constantFrom('pointer', 'slice', 'chan', 'map'), of: tie('shape') });
    const many = fc.record({ kind: fc.constant('array' as const), of: tie('shape'), length: fc.constantFrom(...lengths) });
    const fields = fc.record({ kind: fc.constant('struct' as const), fields: fc.array(tie('shape'), { maxLength: 6 }) });
    return { shape: fc.oneof({ maxDepth: 5, depthSize: 'small' }, leaf, back, one, many, fields, fields) };
  });
  return shape;
}

/** Named S0, S1, … in the order they are met; `back` points at a struct around it, or is an int. */
function declare(shape: Shape, names: { next: number }, around: readonly (() => TypeDecl)[]): TypeDecl {
  switch (shape.kind) {
    case 'leaf':
      return LEAVES[shape.leaf];
    case 'back':
      return around.length === 0 ? int : pointer(around[shape.up % around.length]);
    case 'pointer':
      return pointer(declare(shape.of, names, around));
    case 'slice':
      return slice(declare(shape.of, names, around));
    case 'chan':
      return chan(declare(shape.of, names, around));
    case 'map':
      return map(int, declare(shape.of, names, around));
    case 'array':
      return array(declare(shape.of, names, around), shape.length);
    default: {
      const self = (): TypeDecl => type;
      const name = `S${names.next++}`;
      const type: TypeDecl = struct(name, Object.fromEntries(shape.fields.map((field, i) => [`f${i}`, declare(field, names, [self, ...around])])));
      return type;
    }
  }
}

/** One to five types that may name each other's parts; arrays have one of `lengths` elements. */
export function randomTypes(lengths: readonly number[]): fc.Arbitrary<TypeDecl[]> {
  return fc.array(shapes(lengths), { minLength: 1, maxLength: 5 }).map((list) => {
    const names = { next: 0 };
    return list.map((shape) => declare(shape, names, []));
  });
}
