/** What runs as coroutines runs in the same way on real threads, over shared memory, with the real Atomics. */
import { describe, expect, it } from 'vitest';
import { recordCourse, type Course } from '../../src/explore/baton/course.ts';
import { Crew, difference } from '../../src/explore/baton/cross-check.ts';
import { plainCalls } from '../../src/explore/baton/plain-calls.ts';
import { generateCore, importGenerated } from '../../src/rewrite/generate.ts';
import { ROOT } from '../../src/base/root.ts';
import { ENTRY, loadCore, type Core, type LoadedCore } from '../../src/explore/load.ts';
import { plant, type Mutant } from '../../src/mutants/mutant.ts';
import { MUTANTS } from '../../src/mutants/catalog.ts';
import { FREEING } from '../../src/mutants/freeing.ts';
import { SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { settingOf } from '../../src/explore/scenarios/scenario.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';

type Loaded = Pick<LoadedCore, 'core' | 'sites'>;

/** As it is written, before the build leaves out its blanks. */
const HOOKED = (await generateCore(ENTRY, ROOT)).hooked.code;
const clean = await loadCore(true);

/** What was recorded of `core` differs so from what `text` does on threads, seed by seed. */
async function compare({ core, sites }: Loaded, text: string, name: string, seeds: readonly number[]) {
  const scenario = SCENARIOS.find((each) => each.name === name)!;
  const setting = settingOf(scenario);
  const prepared = scenario.prepare(core, setting, () => ({ forget() {}, check: () => ({ problems: [] }) }));
  const crew = new Crew(text, name, setting, prepared.threads.length);
  const found: { course: Course; difference: string; accesses: number }[] = [];
  try {
    for (const seed of seeds) {
      const explorer = new Explorer({ core, ...prepared, strategy: new RandomWalk([10, 1, 100][seed % 3]), record: true });
      const course = recordCourse(core, prepared, explorer.run(seed).schedule);
      const run = await crew.run(course);
      found.push({ course, difference: difference(course, run, sites), accesses: run.trace.length / 6 });
    }
  } finally {
    await crew.end();
  }
  return found;
}

async function generated(mutant: Mutant): Promise<{ loaded: Loaded; text: string }> {
  const { hooked } = await generateCore(ENTRY, ROOT, plant(mutant, ROOT));
  return { loaded: { core: (await importGenerated(hooked)) as unknown as Core, sites: hooked.sites }, text: hooked.code };
}

describe('the same accesses are made on threads by', () => {
  it.each([
    ['mark-bits', 1000],
    ['sweep-refill', 1300],
    ['free-beside', 1000],
    ['channels', 8000],
    ['whole-cycle', 8000],
  ])('%s', async (name, accesses) => {
    for (const each of await compare(clean, HOOKED, name, [1, 2, 3, 4, 5, 6])) {
      expect(each.difference).toBe('');
      expect(each.accesses).toBeGreaterThan(accesses);
      expect(each.course.error).toBe('');
    }
  });
});

describe('a failure', () => {
  it('is the same on threads', async () => {
    const { loaded, text } = await generated(FREEING[0]);
    const found = await compare(loaded, text, 'free-beside', Array.from({ length: 40 }, (_, i) => i));
    expect(found.map((each) => each.difference)).toEqual(found.map(() => ''));
    expect(found.map((each) => each.course.error).filter((error) => error.startsWith('Fatal: ')).length).toBeGreaterThan(3);
  });
});

describe('a difference is noticed', () => {
  it('when the threads run other source', async () => {
    const { text } = await generated(MUTANTS.find(({ name }) => name === 'mark-load-or-store')!);
    const [{ difference: first }] = await compare(clean, text, 'mark-bits', [1]);
    expect(first).toMatch(/^access \d+: the coroutine makes one of kind 5 as thread \d to word \d+, .*casMark.*, the thread makes /);
  });

  it('when the scheduler makes an operation of its own that is not the real one', async () => {
    const code = HOOKED.replace('function $or(s, m, i, v) { return $rmw(s, m, i, m[i], m[i] | v)', 'function $or(s, m, i, v) { return $rmw(s, m, i, m[i], m[i] ^ v)').replace(
      'function $sub(s, m, i, v) { return $rmw(s, m, i, m[i], m[i] - (v | 0))',
      'function $sub(s, m, i, v) { return $rmw(s, m, i, m[i], m[i] - (v | 0) - 1)',
    );
    expect(code).not.toBe(HOOKED);
    const core = (await importGenerated({ code, sites: clean.sites, map: { file: '', version: 3, sources: [], sourcesContent: [], names: [], mappings: '', sourceRoot: '' } })) as unknown as Core;
    const [{ difference: first }] = await compare({ core, sites: clean.sites }, HOOKED, 'whole-cycle', [1]);
    expect(first).toMatch(/^access \d+: the coroutine makes one of kind 4 as thread \d to word \d+, from (-?\d+) to (-?\d+), .*Atomics\.sub.*, the thread makes one of kind 4 /);
  });

  it('when an operation is not where the threads need the real one', () => {
    expect(() => plainCalls(HOOKED.replace('function $cas(', 'function $compare('))).toThrow('the generated module has no $cas');
  });
});
