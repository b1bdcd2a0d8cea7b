/**
 * Bytes of instances beyond their header and fields, which no file states: fields that the JVM injects
 * (`java.lang.Module` has one), padding by `@Contended` (`java.lang.Thread`), and gaps between fields
 * before JDK 15. The addresses reveal them, since the next object is never nearer. If a class has so
 * many instances that free memory can hardly follow each of them, the shortest distance is the size.
 *
 * A collector that doesn't compact (ZGC, Shenandoah) leaves gaps after many objects, often after all
 * objects of a class. In such a heap, the rule applies only to classes known to have extra bytes.
 */
import type { ClassTable } from './hprof-classes.ts';
import type { HprofNames } from './hprof-names.ts';
import { OBJECT_KIND, kindOf, numberOf, type SortedObjects } from './hprof-objects.ts';

/** The bytes of an object of a kind with so many elements. */
interface Sizes {
  of(kind: number, length: number): number;
}

/** Most extra bytes. @Contended pads each group of fields with 128 bytes at either end; a longer distance includes free memory. */
const MOST_EXCESS = 512;
/** Below this probability that free memory follows each instance of a class, the extra bytes count. */
const DOUBT = 1e-3;
/** Share of objects followed by free memory above which a heap counts as not compacted. */
const SPARSE = 0.01;
/** Classes, with their subclasses, to which HotSpot adds fields (ALL_INJECTED_FIELDS in its javaClasses.hpp) or padding. */
const KNOWN_TO_HAVE_MORE: ReadonlySet<string> = new Set([
  'java/lang/Class', 'java/lang/ClassLoader', 'java/lang/Module', 'java/lang/Thread', 'java/lang/invoke/MemberName',
  'java/lang/invoke/ResolvedMethodName', 'java/lang/invoke/MethodHandleNatives$CallSiteContext', 'java/lang/StackFrameInfo',
]);

/** Returns, by class, the bytes to add to each instance. */
export function excessOf(objects: SortedObjects, sizes: Sizes, classes: ClassTable, names: HprofNames): Float64Array {
  const own = ownEvidence(objects, sizes, classes.all.length);
  const family = familyEvidence(own, classes);
  const isFree = shareOfGaps(objects, sizes);
  const convinces = ({ instances, least }: Evidence, i: number): boolean => isFree ** instances[i] < DOUBT && least[i] <= MOST_EXCESS;
  return Float64Array.from(classes.all, (of) => {
    for (const { id, number } of classes.chain(of)) {
      if (isFree > SPARSE && !KNOWN_TO_HAVE_MORE.has(names.ofClass(id) ?? '')) continue;
      if (convinces(own, number)) return own.least[number];
      // Subclasses inherit the extra bytes of a superclass.
      if (convinces(family, number)) return family.least[number];
    }
    return 0;
  });
}

/** By class: number of instances, and the shortest distance from the end of an instance to the next object. */
interface Evidence {
  readonly instances: Float64Array;
  readonly least: Float64Array;
}

function ownEvidence({ starts, kinds, lengths }: SortedObjects, sizes: Sizes, classes: number): Evidence {
  const instances = new Float64Array(classes);
  const least = new Float64Array(classes).fill(Infinity);
  for (let i = 0; i + 1 < starts.length; i++) {
    if (kindOf(kinds[i]) !== OBJECT_KIND.instance) continue;
    const number = numberOf(kinds[i]);
    const free = Math.max(0, starts[i + 1] - starts[i] - sizes.of(kinds[i], lengths[i]));
    instances[number]++;
    if (free < least[number]) least[number] = free;
  }
  return { instances, least };
}

/** Returns the evidence of each class together with its subclasses. */
function familyEvidence(own: Evidence, classes: ClassTable): Evidence {
  const instances = new Float64Array(own.instances.length);
  const least = new Float64Array(own.least.length).fill(Infinity);
  for (const of of classes.all) {
    for (const { number } of classes.chain(of)) {
      instances[number] += own.instances[of.number];
      least[number] = Math.min(least[number], own.least[of.number]);
    }
  }
  return { instances, least };
}

/** Returns the share, 0 to 1, of primitive arrays that free memory follows. Their size is certain. */
function shareOfGaps({ starts, kinds, lengths }: SortedObjects, sizes: Sizes): number {
  let arrays = 0;
  let gaps = 0;
  for (let i = 0; i + 1 < starts.length; i++) {
    if (kindOf(kinds[i]) !== OBJECT_KIND.primitiveArray) continue;
    arrays++;
    if (starts[i + 1] - starts[i] !== sizes.of(kinds[i], lengths[i])) gaps++;
  }
  return arrays === 0 ? 1 : gaps / arrays;
}
