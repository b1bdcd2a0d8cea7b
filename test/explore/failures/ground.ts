/** A scenario whose program is a text of the test. */
import { importGenerated } from '../../../src/rewrite/generate.ts';
import type { Coroutine } from '../../../src/rewrite/generated.ts';
import type { LoadedCore } from '../../../src/explore/load.ts';
import { procsKnob, type Scenario, type Setting } from '../../../src/explore/scenarios/scenario.ts';
import { tinyShape } from '../../../src/explore/scenarios/tiny-shape.ts';
import { generateText, type TextCore } from '../../rewrite/compile.ts';

/** Replaces a machine: the first words are the static segment. */
export const WORDS = 8192;
/** Words beyond the segment. */
export const A = 8000;
export const B = 8001;

export async function loadTextCore(text: string): Promise<LoadedCore> {
  const { hooked } = await generateText(text);
  return { core: await importGenerated(hooked), sites: hooked.sites, build: String(text.length) } as unknown as LoadedCore;
}

export interface Made {
  readonly threads: (core: TextCore, setting: Setting) => readonly ((m: Int32Array) => Coroutine)[];
  readonly check?: (m: Int32Array) => string;
  readonly knobs?: Scenario['knobs'];
  readonly operations?: Scenario['operations'];
}

export function scenarioOf({ threads, check = () => '', knobs = [procsKnob(2)], operations }: Made): Scenario {
  return {
    name: 'made-up',
    summary: '',
    knobs,
    shape: tinyShape,
    ...(operations && { operations }),
    prepare: (core, setting) => {
      const made = threads(core as unknown as TextCore, setting);
      return { template: new Int32Array(WORDS), threads: made, names: made.map((_, i) => `M${i}`), check, stepLimit: 2000 };
    },
  };
}

/** Each thread adds one to a word, with twenty idle accesses before and after: one of two adds may be lost. */
export const ADD = `export function add(m: Int32Array, at: number, idle: number): void {
  for (let i = 0; i < 20; i++) m[idle] = i;
  const value = m[at];
  m[at] = value + 1;
  for (let i = 0; i < 20; i++) m[idle] = i;
}
`;

export const lostUpdate: Scenario = scenarioOf({
  threads: (core) => [0, 1].map((i) => (m) => core.add(m, A as never, (B + i) as never)),
  check: (m) => (m[A] === 2 ? '' : `LOST_UPDATE: ${m[A]} of 2`),
});
