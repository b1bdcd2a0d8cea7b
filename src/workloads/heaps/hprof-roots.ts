/** The roots of a Java heap: those in the file, and the classes that are never unloaded. */
import type { AddressIndex } from './address-index.ts';
import { addressAt } from './go-dump-pointers.ts';
import type { ClassTable } from './hprof-classes.ts';
import { JAVA_ROOTS, type JavaRoot } from './hprof-format.ts';
import type { HprofNames } from './hprof-names.ts';
import type { SubrecordReader } from './hprof-subrecords.ts';
import { bytesOf, release } from '../../base/large-arrays.ts';

export interface JavaRoots {
  /** The root objects, each once, in increasing order. */
  readonly objects: Uint32Array;
  /** By root object: the kind of its first root. */
  readonly kinds: readonly JavaRoot[];
  /** By kind: number of roots that point to an object. Kinds without any are absent. */
  readonly inside: Readonly<Partial<Record<JavaRoot, number>>>;
  /** Number of roots that point to no object. */
  readonly outside: number;
}

const KINDS = Object.keys(JAVA_ROOTS) as readonly JavaRoot[];

/**
 * Finds the root objects, which `index` numbers. HotSpot names no classes of arrays as system classes,
 * and some writers name none at all. In these cases, each class without a loader counts as one: it
 * belongs to the JVM.
 */
export function rootsOf(subrecords: SubrecordReader, classes: ClassTable, names: HprofNames, index: AddressIndex): JavaRoots {
  /** By object: 1 more than the index of its kind, or 0 if it is no root. */
  const kindOf = bytesOf(index.starts.length);
  const inside: Partial<Record<JavaRoot, number>> = {};
  let outside = 0;
  const add = (id: number, kind: JavaRoot): void => {
    const object = index.rankOf(id);
    if (object === -1) {
      outside++;
      return;
    }
    if (kindOf[object] === 0) kindOf[object] = 1 + KINDS.indexOf(kind);
    inside[kind] = (inside[kind] ?? 0) + 1;
  };
  const { rootKinds } = subrecords;
  const ids = subrecords.roots.finish();
  const kinds = subrecords.kindOfRoot.finish();
  for (let i = 0; i < kinds.length; i++) add(addressAt(ids, i), rootKinds[kinds[i]]);
  const namesSystem = rootKinds.includes('systemClass');
  for (const of of classes.all) {
    if (of.isSystem || of.described?.loader !== 0) continue;
    if (namesSystem && names.ofClass(of.id)?.startsWith('[') !== true) continue;
    of.isSystem = true;
    add(of.id, 'systemClass');
  }
  const objects = Uint32Array.from(positions(kindOf));
  const rootKindOf = Array.from(objects, (object) => KINDS[kindOf[object] - 1]);
  release(kindOf);
  return { objects, kinds: rootKindOf, inside, outside };
}

/** Yields the indices of the bytes that are not 0. */
function* positions(bytes: Uint8Array): Generator<number> {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) yield i;
}
