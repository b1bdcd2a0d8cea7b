/**
 * The table of types in the machine's memory: descriptors and GC programs, compiled from a
 * workload's declarations.
 *
 *     | number of types | descriptor 0 | descriptor 1 | … | programs | masks and fields |
 */
import { UsageError } from '../base/fatal.ts';
import type { Ref } from '../memory/address.ts';
import { TABLE_HEADER, Type } from './type.ts';
import { resolve, typeName, type TypeDecl } from './type-decl.ts';
import { describe } from './type-descriptor.ts';
import { ProgramWriter } from './gc-program.ts';

/** Every type that a workload names, and the types these are made of. */
export interface TypeTable {
  readonly types: readonly TypeDecl[];
  /**
   * Returns the number of `type`, for typeAt; types of the same name have the same number.
   * @throws UsageError for a type that is not in the table
   */
  index(type: TypeDecl): number;
}

/**
 * Collects `roots` and the types they are made of. The roots get the numbers 0, 1, … in order.
 * @throws UsageError for two different types of one name, and for a type that contains itself
 */
export function typeTable(...roots: readonly TypeDecl[]): TypeTable {
  const types: TypeDecl[] = [];
  const numbers = new Map<string, number>();
  // Visit every declaration, even one of a known name: it may contain a second type of another name.
  const found = new Set<TypeDecl>();
  roots.forEach(add);
  for (const type of found) parts(type).forEach(add);
  for (const type of types) checkFinite(type, []);
  return {
    types,
    index(type) {
      const number = numbers.get(typeName(type));
      if (number === undefined) throw new UsageError(`type ${typeName(type)} is not in the table; name it in typeTable()`);
      return number;
    },
  };
  function add(type: TypeDecl): void {
    if (found.has(type)) return;
    found.add(type);
    const name = typeName(type);
    const known = numbers.get(name);
    if (known === undefined) {
      numbers.set(name, types.length);
      types.push(type);
    } else if (types[known].kind !== type.kind || (type.kind === 'struct' && !name.includes('['))) {
      throw new UsageError(`two different types are named ${name}; rename one`);
    }
  }
}

/** Throws a UsageError if `type` contains itself other than by a pointer. */
function checkFinite(type: TypeDecl, within: readonly TypeDecl[]): void {
  if (within.includes(type)) throw new UsageError(`type ${typeName(type)} contains itself; make one of its fields a pointer`);
  if (type.kind === 'array') checkFinite(resolve(type.of), [...within, type]);
  if (type.kind === 'struct') Object.values(type.fields).forEach((field) => checkFinite(resolve(field), [...within, type]));
}

function parts(type: TypeDecl): TypeDecl[] {
  switch (type.kind) {
    case 'pointer':
      return [resolve(type.to)];
    case 'slice':
    case 'chan':
    case 'array':
      return [resolve(type.of)];
    case 'map':
      return [resolve(type.key), resolve(type.of), type.hmap, type.bucket];
    case 'struct':
      return Object.values(type.fields).map(resolve);
    default:
      return [];
  }
}

/** Returns the words of the table in memory, 0 for none. */
export function typeTableWords(table: TypeTable | undefined, ptrWords: 1 | 2): number {
  return table === undefined ? 0 : compileTypes(table, 0, ptrWords).length;
}

/**
 * Compiles the table as it will be in memory at `base`.
 * @throws UsageError for a type of more than 16 MB, or nested too deeply
 */
export function compileTypes(table: TypeTable, base: Ref, ptrWords: 1 | 2): Int32Array {
  const words = Array<number>(TABLE_HEADER + table.types.length * Type.words).fill(0);
  words[0] = table.types.length;
  const writer = new ProgramWriter(words, table, base, ptrWords);
  table.types.forEach((type, i) => writer.write(type, i));
  table.types.forEach((type, i) => describe(words, table, base, ptrWords, writer.programs[i], type));
  writer.link();
  while (words.length % 16 !== 0) words.push(0);
  return Int32Array.from(words);
}
