/** Ms that mark neighbours in the same words of the bitmap, and nothing else. */
import { BIT_MARKED, GROUP_MASK, GROUP_SHIFT, markShift } from '../../../heap/bitmap.ts';
import { mAt } from '../../../machine/m.ts';
import { POLICY } from '../../../gc/policy.ts';
import { ScanBuf, scanbufOf } from '../../../gc/scanbuf.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { runAlone } from '../alone.ts';
import { MARK_BITS_OBJECTS } from './programs/mark-bits.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

const OBJECT_WORDS = 4;

function markBits(name: string, policy: keyof typeof POLICY): Scenario {
  function shape({ procs }: Knobs) {
    return tinyShape({ procs, policy: POLICY[policy], arenaPages: 8, verify: false });
  }
  return {
    name,
    summary: `Ms that mark neighbouring objects in the same bitmap words at once${policy === 'tuned' ? ', with the tuned mark loop' : ''}`,
    knobs: [procsKnob(3, 2)],
    shape,
    prepare(core, { knobs }) {
      const map = core.planMemory(shape(knobs));
      const template = new Int32Array(map.words);
      const m0 = runAlone(core, core.boot(template, map, -1));
      const first = runAlone(core, core.buildMarkBits(template, m0));
      const ms = Array.from({ length: knobs.procs }, (_, i) => i);
      return {
        template,
        threads: ms.map((i) => (m) => core.markBits(m, i)),
        names: ms.map((i) => `M${i}`),
        check: (m) => checkMarks(m, first) || (policy === 'tuned' ? '' : checkWinners(m, ms)),
        stepLimit: 50_000,
      };
    },
  };
}

/** All are reachable, so all must be marked. */
function checkMarks(m: Int32Array, first: number): string {
  const arena = m[CONFIG + Config.at.arenaStart];
  for (let i = 0; i < MARK_BITS_OBJECTS; i++) {
    const heapWord = (first + i * OBJECT_WORDS - arena) / 2;
    const marks = m[arena - 2 * (heapWord >> GROUP_SHIFT) - 1];
    if (((marks >>> markShift(heapWord & GROUP_MASK)) & BIT_MARKED) === 0) return `LOST_OBJECT: object ${i} of ${MARK_BITS_OBJECTS} is reachable and not marked`;
  }
  return '';
}

/** By CAS one M alone wins each mark. */
function checkWinners(m: Int32Array, ms: readonly number[]): string {
  const marked = ms.reduce((sum, i) => sum + m[scanbufOf(mAt(m, i)) + ScanBuf.at.marked], 0);
  return marked === MARK_BITS_OBJECTS ? '' : `MARKED_TWICE: ${marked} marks were won of ${MARK_BITS_OBJECTS} objects`;
}

export const markBitsGo = markBits('mark-bits', 'go1.3');
export const markBitsTuned = markBits('mark-bits-tuned', 'tuned');
