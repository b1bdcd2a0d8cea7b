/** What keeps objects of a Java heap alive: the roots that the file has, and classes that are never unloaded. */
import type { AddressIndex } from './address-index.ts';
import { addressAt } from './go-dump-pointers.ts';
import type { ClassTable } from './hprof-classes.ts';
import type { JavaRoot } from './hprof-format.ts';
import type { HprofNames } from './hprof-names.ts';
import type { SubrecordReader } from './hprof-subrecords.ts';
import { bytesOf, release } from '../../base/lists.ts';

export interface JavaRoots {
  /** The objects, each once, by increasing numbers. */
  readonly objects: Uint32Array;
  /** How many roots of each kind lead to an object; kinds without any are left out. */
  readonly inside: Readonly<Partial<Record<JavaRoot, number>>>;
  /** Roots that lead to no object. */
  readonly outside: number;
}

/**
 * Finds the roots' objects, which `index` numbers. Some writers name no system classes at all,
 * and HotSpot leaves out arrays' classes: of these, classes without a loader count, which belong
 * to the JVM itself.
 */
export function rootsOf(subrecords: SubrecordReader, classes: ClassTable, names: HprofNames, index: AddressIndex): JavaRoots {
  const isRoot = bytesOf(index.starts.length);
  const inside: Partial<Record<JavaRoot, number>> = {};
  let outside = 0;
  const add = (id: number, kind: JavaRoot): void => {
    const object = index.rankOf(id);
    if (object === -1) {
      outside++;
      return;
    }
    isRoot[object] = 1;
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
  const objects = Uint32Array.from(onesOf(isRoot));
  release(isRoot);
  return { objects, inside, outside };
}

function* onesOf(bytes: Uint8Array): Generator<number> {
  for (let i = bytes.indexOf(1); i !== -1; i = bytes.indexOf(1, i + 1)) yield i;
}
