/** Ordinary code computes the same as a coroutine that is suspended at each access, in both variants. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/base/root.ts';
import { OrdinaryMemory } from '../../../src/explore/ordinary/memory.ts';
import type { OrdinaryControl } from '../../../src/explore/ordinary/core.ts';
import { importGenerated } from '../../../src/rewrite/generate.ts';
import type { Coroutine } from '../../../src/rewrite/generated.ts';
import { generateOrdinary } from '../../../src/rewrite/ordinary/generate.ts';
import { FINISHED } from '../../../src/rewrite/prologue.ts';

const FORMS = join(ROOT, 'test/fixtures/ordinary/forms.mjs');
const WORDS = 4096;

type Form = ((buffer: SharedArrayBuffer) => unknown) & { readonly $co?: (buffer: SharedArrayBuffer) => Coroutine };

interface Forms {
  readonly makeBuffer: () => SharedArrayBuffer;
  readonly forms: Readonly<Record<string, Form>>;
}

interface Ran {
  readonly result: unknown;
  readonly buffer: SharedArrayBuffer;
  /** The engine's copy of the buffer. */
  readonly copy: Int32Array;
  readonly counted: number;
  readonly reported: number;
}

/** Runs a form, with `budget` accesses between two suspensions. */
function run(core: OrdinaryControl & Forms, name: string, budget: number): Ran {
  const memory = new OrdinaryMemory();
  const copy = new Int32Array(WORDS);
  let reported = 0;
  let counted = 0;
  memory.begin(WORDS);
  core.$bind(memory);
  core.$attach({ now: () => 0, notify: () => 0, access: () => void reported++, dirty: new Uint8Array(WORDS) });
  core.$begin(copy);
  const buffer = core.$quietly(core.makeBuffer, []);
  const form = core.forms[name];
  if (form.$co === undefined) return { result: form(buffer), buffer, copy, counted, reported };
  const fiber = core.$spawn(form.$co(buffer));
  for (let first = true; ; first = false) {
    const site = core.$resume(fiber, first ? 0 : budget - 1, 'timed-out');
    counted += core.$ran();
    if (site === FINISHED) return { result: core.$returned(), buffer, copy, counted, reported };
  }
}

function bytesOf(buffer: SharedArrayBuffer): number[] {
  return [...new Uint8Array(buffer)];
}

describe('ordinary code computes what it computes without exploration', () => {
  let plain: Forms;
  const cores: (OrdinaryControl & Forms)[] = [];

  beforeAll(async () => {
    plain = (await import(/* @vite-ignore */ pathToFileURL(FORMS).href)) as Forms;
    const variants = await generateOrdinary(FORMS, ROOT, () => true);
    for (const generated of [variants.plain, variants.hooked]) cores.push((await importGenerated(generated)) as unknown as OrdinaryControl & Forms);
  });

  it.each([1, 3, 1000])('when suspended after %i accesses', (budget) => {
    for (const [name, form] of Object.entries(plain.forms)) {
      const expected = plain.makeBuffer();
      const result = form(expected);
      for (const core of cores) {
        const ran = run(core, name, budget);
        expect(ran.result, name).toEqual(result);
        expect(bytesOf(ran.buffer), name).toEqual(bytesOf(expected));
        expect(bytesOf(ran.copy.buffer as never).slice(0, ran.buffer.byteLength), `${name}: the engine's copy`).toEqual(bytesOf(expected));
        if (core.$hooked) expect(ran.reported, `${name}: accesses reported`).toBe(ran.counted);
      }
    }
  });

  it('and is suspended in each form but one', () => {
    const whole = Object.keys(plain.forms).filter((name) => run(cores[0], name, 1).counted === 0);
    expect(whole.filter((name) => !/never suspended|not shared/.test(name))).toEqual([]);
  });
});
