/** Marking alone: Ms mark neighbouring objects, whose marks share bitmap words. */
import { BIT_MARKED, GROUP_MASK, GROUP_SHIFT, markShift } from '../../heap/bitmap.ts';
import { typeTableWords, type TypeTable } from '../../heap/type-table.ts';
import { mAt } from '../../machine/m.ts';
import { POLICY } from '../../gc/policy.ts';
import { ScanBuf, scanbufOf } from '../../gc/scanbuf.ts';
import { CONFIG, Config, MARK_BY, TYPES } from '../../memory/config.ts';
import type { MachineShape } from '../../memory/map.ts';
import { spanProblems } from '../../verify/span-marks.ts';
import { runAlone } from '../alone.ts';
import type { Core } from '../load.ts';
import { LAB_KNOBS, labShape } from './lab-knobs.ts';
import { MARK_BITS_OBJECTS } from './programs/mark-bits.ts';
import { MIXED_REACHABLE } from './programs/mark-mixed.ts';
import { PAIRS_REACHABLE, PAIRS_TYPES } from './programs/mark-pairs.ts';
import { PAGE_OBJECTS, SPANS_OBJECTS } from './programs/mark-spans.ts';
import { procsKnob, type Knob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

const OBJECT_WORDS = 4;
const TYPES_OF = CONFIG + Config.at.types;

interface Heap {
  readonly objects: readonly number[];
  /** The first `reachable` objects are reachable. */
  readonly reachable: number;
  /** Other blocks that are marked. */
  readonly others?: number;
}

interface Marking {
  readonly name: string;
  readonly summary: string;
  readonly procs: readonly number[];
  /** Besides `procs`. */
  readonly knobs?: readonly Knob[];
  changes(knobs: Knobs): Partial<MachineShape>;
  build(core: Core, m: Int32Array, m0: number): Heap;
  readonly types?: TypeTable;
}

function marking({ name, summary, procs, knobs = [], changes, build, types }: Marking): Scenario {
  function shape(values: Knobs) {
    return tinyShape({ procs: values.procs, arenaPages: 8, verify: false, ...(types && { typeWords: typeTableWords(types, 2) }), ...changes(values) });
  }
  return {
    name,
    summary,
    knobs: [procsKnob(...procs), ...knobs],
    shape,
    prepare(core, { knobs: values }) {
      const machine = shape(values);
      const map = core.planMemory(machine);
      const template = new Int32Array(map.words);
      const m0 = runAlone(core, core.boot(template, map, -1, types));
      const heap = build(core, template, m0);
      const ms = Array.from({ length: values.procs }, (_, i) => i);
      return {
        template,
        threads: ms.map((i) => (m) => core.markBits(m, i)),
        names: ms.map((i) => `M${i}`),
        check: (m) => checkMarks(m, heap) || checkSpans(m, machine) || (marksByByte(machine) ? '' : checkWinners(m, ms, heap.reachable + (heap.others ?? 0))),
        stepLimit: 50_000,
      };
    },
  };
}

/** Reports whether marks are set by byte stores: two Ms may then set the same mark. */
function marksByByte({ policy, labMark }: MachineShape): boolean {
  return policy === POLICY.tuned || (policy === POLICY.lab && labMark === MARK_BY.byte);
}

/** Exactly the reachable objects are marked. */
function checkMarks(m: Int32Array, { objects, reachable }: Heap): string {
  const arena = m[CONFIG + Config.at.arenaStart];
  for (const [i, object] of objects.entries()) {
    const heapWord = (object - arena) / 2;
    const marks = m[arena - 2 * (heapWord >> GROUP_SHIFT) - 1];
    const isMarked = ((marks >>> markShift(heapWord & GROUP_MASK)) & BIT_MARKED) !== 0;
    if (i < reachable && !isMarked) return `LOST_OBJECT: object ${i} of ${reachable} is reachable and not marked`;
    if (i >= reachable && isMarked) return `GARBAGE_MARKED: object ${i} is marked, and no object points to it`;
  }
  return '';
}

/** With span-based marking, no span is left in a queue, and all that is marked is scanned. */
function checkSpans(m: Int32Array, { policy }: MachineShape): string {
  if (policy !== POLICY.spans) return '';
  const [problem] = spanProblems(m);
  return problem === undefined ? '' : `${problem.code}: ${problem.message}`;
}

/** With CAS each mark is set by exactly one M. */
function checkWinners(m: Int32Array, ms: readonly number[], reachable: number): string {
  const marked = ms.reduce((sum, i) => sum + m[scanbufOf(mAt(m, i)) + ScanBuf.at.marked], 0);
  return marked === reachable ? '' : `MARKED_TWICE: ${marked} marks were set, of ${reachable} objects`;
}

function buildBits(core: Core, m: Int32Array, m0: number): Heap {
  const first = runAlone(core, core.buildMarkBits(m, m0));
  return { objects: Array.from({ length: MARK_BITS_OBJECTS }, (_, i) => first + i * OBJECT_WORDS), reachable: MARK_BITS_OBJECTS };
}

function buildMixed(core: Core, m: Int32Array, m0: number): Heap {
  return { objects: runAlone(core, core.buildMarkMixed(m, m0)), reachable: MIXED_REACHABLE };
}

function buildSpans(core: Core, m: Int32Array, m0: number): Heap {
  return { objects: runAlone(core, core.buildMarkSpans(m, m0)), reachable: SPANS_OBJECTS };
}

function buildPage(core: Core, m: Int32Array, m0: number): Heap {
  return { objects: runAlone(core, core.buildMarkPage(m, m0)), reachable: PAGE_OBJECTS };
}

function buildPairs(core: Core, m: Int32Array, m0: number): Heap {
  // MTypes of a span are in a block, too.
  return { objects: runAlone(core, core.buildMarkPairs(m, m0)), reachable: PAIRS_REACHABLE, others: m[TYPES_OF] === TYPES.mtypes ? 1 : 0 };
}

const GO = () => ({ policy: POLICY['go1.3'] });
const TUNED = () => ({ policy: POLICY.tuned });
const SPANS = () => ({ policy: POLICY.spans });

export const markBitsGo = marking({
  name: 'mark-bits',
  summary: 'Ms mark neighbouring objects, whose marks share bitmap words',
  procs: [3, 2, 4],
  changes: GO,
  build: buildBits,
});
export const markBitsTuned = marking({
  name: 'mark-bits-tuned',
  summary: 'the same with the tuned mark loop',
  procs: [3, 2, 4],
  changes: TUNED,
  build: buildBits,
});
export const markBitsLab = marking({
  name: 'mark-bits-lab',
  summary: "mark-bits with the lab's mark loop",
  procs: [3, 2, 4],
  knobs: LAB_KNOBS,
  changes: labShape,
  build: buildBits,
});
export const markBitsSpans = marking({
  name: 'mark-bits-spans',
  summary: 'mark-bits with span-based marking: all objects are on one page',
  procs: [3, 2, 4],
  changes: SPANS,
  build: buildBits,
});
export const markMixedGo = marking({
  name: 'mark-mixed',
  summary: 'Ms mark objects of all sizes, through pointers to their start and into them',
  procs: [2, 3, 4],
  changes: GO,
  build: buildMixed,
});
export const markMixedTuned = marking({
  name: 'mark-mixed-tuned',
  summary: 'the same with the tuned mark loop',
  procs: [2, 3, 4],
  // Small work buffers are handed off as soon as they hold an entry.
  knobs: [{ name: 'workbuf', summary: 'entries of a work buffer', values: [4, 264] }],
  changes: ({ workbuf }) => ({ ...TUNED(), workbufCap: workbuf }),
  build: buildMixed,
});
export const markMixedLab = marking({
  name: 'mark-mixed-lab',
  summary: "the same with the lab's mark loop",
  procs: [2, 3, 4],
  knobs: LAB_KNOBS,
  changes: labShape,
  build: buildMixed,
});
export const markMixedSpans = marking({
  name: 'mark-mixed-spans',
  summary: 'mark-mixed with span-based marking',
  procs: [2, 3, 4],
  changes: SPANS,
  build: buildMixed,
});
export const markPageSpans = marking({
  name: 'mark-page-spans',
  summary: 'Ms mark two trees on one page with span-based marking: a visit scans what it finds on its own page',
  procs: [2, 3, 4],
  changes: SPANS,
  build: buildPage,
});
export const spanQueues = marking({
  name: 'span-queues',
  summary: 'Ms mark objects on many pages a page at a time; queues of pages spill, and Ms steal from them',
  procs: [2, 3, 4],
  // A queue of spans is as long as a work buffer here: two spans fill it, and the next one spills.
  knobs: [{ name: 'workbuf', summary: 'entries of a work buffer', values: [2, 4] }],
  changes: ({ workbuf }) => ({ ...SPANS(), arenaPages: 24, workbufCap: workbuf }),
  build: buildSpans,
});
export const markMixedBits = marking({
  name: 'mark-mixed-heapbits',
  summary: 'mark-mixed with a pointer bit for each word',
  procs: [2, 3, 4],
  changes: () => ({ ...GO(), types: TYPES.heapbits }),
  build: buildMixed,
});
export const markPairs = marking({
  name: 'mark-pairs',
  summary: 'Ms mark trees of nodes that begin with two pointers, by their types, among numbers that look like pointers',
  procs: [2, 3, 4],
  knobs: [{ name: 'types', summary: 'how pointers are found: 1 by MTypes of spans, 2 by pointer bits', values: [TYPES.mtypes, TYPES.heapbits] }],
  changes: ({ types }) => ({ ...GO(), types }),
  build: buildPairs,
  types: PAIRS_TYPES,
});
