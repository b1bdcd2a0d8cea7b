/**
 * Bytes of instances beyond their header and their fields. No file has them: fields that the JVM
 * injects (`java.lang.Module` has one), padding by `@Contended` (`java.lang.Thread`), gaps that
 * the layout of fields left before JDK 15. The addresses show them: the next object is never
 * nearer. The shortest distance is taken for the size, where there are so many instances that
 * all of them can hardly have free memory behind them.
 *
 * A collector that doesn't compact (ZGC, Shenandoah) leaves gaps behind many objects, often behind
 * all of a class. In such a heap only the classes are believed that are known to have more.
 */
import type { ClassTable } from './hprof-classes.ts';
import type { HprofNames } from './hprof-names.ts';
import { KIND, kindOf, numberOf, type SortedObjects } from './hprof-objects.ts';

/** The bytes of an object of a kind with so many elements. */
interface Sizes {
  of(kind: number, length: number): number;
}

/** Bytes. @Contended pads with 128 at either end of a group of fields. What is farther has free memory behind it. */
const MOST_EXCESS = 512;
/** How unlikely it must be that each of a class's instances has free memory behind it. */
const DOUBT = 1e-3;
/** Share of objects with free memory behind them, from which on a heap was not compacted. */
const SPARSE = 0.01;
/** Where HotSpot injects fields (ALL_INJECTED_FIELDS in its javaClasses.hpp) or pads them; their subclasses too. */
const KNOWN_TO_HAVE_MORE: ReadonlySet<string> = new Set([
  'java/lang/Class', 'java/lang/ClassLoader', 'java/lang/Module', 'java/lang/Thread', 'java/lang/invoke/MemberName',
  'java/lang/invoke/ResolvedMethodName', 'java/lang/invoke/MethodHandleNatives$CallSiteContext', 'java/lang/StackFrameInfo',
]);

/** By class: bytes to add to each instance. */
export function excessOf(objects: SortedObjects, sizes: Sizes, classes: ClassTable, names: HprofNames): Float64Array {
  const own = ownEvidence(objects, sizes, classes.all.length);
  const family = familyEvidence(own, classes);
  const isFree = shareOfGaps(objects, sizes);
  const convinces = ({ instances, least }: Evidence, i: number): boolean => isFree ** instances[i] < DOUBT && least[i] <= MOST_EXCESS;
  return Float64Array.from(classes.all, (of) => {
    for (const { id, number } of classes.chain(of)) {
      if (isFree > SPARSE && !KNOWN_TO_HAVE_MORE.has(names.ofClass(id) ?? '')) continue;
      if (convinces(own, number)) return own.least[number];
      // What a superclass has, its subclasses have.
      if (convinces(family, number)) return family.least[number];
    }
    return 0;
  });
}

/** By class: how many instances were looked at, and the shortest distance from the end of one to the next object. */
interface Evidence {
  readonly instances: Float64Array;
  readonly least: Float64Array;
}

function ownEvidence({ starts, kinds, lengths }: SortedObjects, sizes: Sizes, classes: number): Evidence {
  const instances = new Float64Array(classes);
  const least = new Float64Array(classes).fill(Infinity);
  for (let i = 0; i + 1 < starts.length; i++) {
    if (kindOf(kinds[i]) !== KIND.instance) continue;
    const number = numberOf(kinds[i]);
    const free = Math.max(0, starts[i + 1] - starts[i] - sizes.of(kinds[i], lengths[i]));
    instances[number]++;
    if (free < least[number]) least[number] = free;
  }
  return { instances, least };
}

/** The same of each class together with its subclasses. */
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

/** How many of the arrays of primitive values, whose size is certain, have free memory behind them: 0 to 1. */
function shareOfGaps({ starts, kinds, lengths }: SortedObjects, sizes: Sizes): number {
  let arrays = 0;
  let gaps = 0;
  for (let i = 0; i + 1 < starts.length; i++) {
    if (kindOf(kinds[i]) !== KIND.primitiveArray) continue;
    arrays++;
    if (starts[i + 1] - starts[i] !== sizes.of(kinds[i], lengths[i])) gaps++;
  }
  return arrays === 0 ? 1 : gaps / arrays;
}
