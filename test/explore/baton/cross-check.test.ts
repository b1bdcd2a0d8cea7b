/** Coroutines make the same accesses as real threads over shared memory with the real Atomics. */
import { describe, expect, it } from 'vitest';
import { recordCourse, type Course } from '../../../src/explore/baton/course.ts';
import { Crew, difference } from '../../../src/explore/baton/cross-check.ts';
import { plainCalls } from '../../../src/explore/baton/plain-calls.ts';
import { generateCore, importGenerated } from '../../../src/rewrite/generate.ts';
import { ROOT } from '../../../src/base/root.ts';
import { ENTRY, loadCore, type Core, type LoadedCore } from '../../../src/explore/load.ts';
import { plant, type Mutant } from '../../../src/mutants/mutant.ts';
import { FREEING } from '../../../src/mutants/freeing.ts';
import { SCENARIOS } from '../../../src/explore/scenarios/catalog.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { Explorer } from '../../../src/explore/scheduler.ts';
import { RandomWalk } from '../../../src/explore/strategies/random-walk.ts';
import { sampled, seeds } from '../../support/nightly.ts';

type Loaded = Pick<LoadedCore, 'core' | 'sites'>;

/** The generated text before the build minifies it. */
const HOOKED = (await generateCore(ENTRY, ROOT)).hooked.code;
const clean = await loadCore(true);

/** Returns for each seed the course of `core`, and its first difference from the run of `text` on threads. */
async function compare({ core, sites }: Loaded, text: string, name: string, tried: readonly number[]) {
  const scenario = SCENARIOS.find((each) => each.name === name)!;
  const setting = settingOf(scenario);
  const prepared = scenario.prepare(core, setting, () => ({ forget() {}, check: () => ({ problems: [] }) }));
  const crew = new Crew(text, name, setting, prepared.threads.length);
  const found: { course: Course; difference: string; accesses: number }[] = [];
  try {
    for (const seed of tried) {
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

/** `count` seeds from `first` on. */
function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

async function generated(mutant: Mutant): Promise<{ loaded: Loaded; text: string }> {
  const { hooked } = await generateCore(ENTRY, ROOT, plant(mutant, ROOT));
  return { loaded: { core: (await importGenerated(hooked)) as unknown as Core, sites: hooked.sites }, text: hooked.code };
}

describe('threads', () => {
  it.each(sampled([
    ['mark-bits', 1000],
    ['sweep-refill', 1300],
    ['free-beside', 1000],
    ['channels', 8000],
    ['whole-cycle', 8000],
  ] as const, 2))('make the same accesses as coroutines: %s', async (name, accesses) => {
    for (const each of await compare(clean, HOOKED, name, range(1, seeds(2, 6)))) {
      expect(each.difference).toBe('');
      expect(each.accesses).toBeGreaterThan(accesses);
      expect(each.course.error).toBe('');
    }
  });
});

describe('a failure', () => {
  const RUNS = seeds(13, 40);
  it('is the same on threads', async () => {
    const { loaded, text } = await generated(FREEING[0]);
    const found = await compare(loaded, text, 'free-beside', range(0, RUNS));
    expect(found.map((each) => each.difference)).toEqual(found.map(() => ''));
    expect(found.map((each) => each.course.error).filter((error) => error.startsWith('Fatal: ')).length).toBeGreaterThan(RUNS / 13);
  });
});

describe('the comparison', () => {
  it('reports threads that run other source', async () => {
    const other = HOOKED.replace(/(function\* casMark[^]*?\$)cas(\(\d+, m, word, )marks, marks \| mark\)/, '$1or$2mark)');
    expect(other).not.toBe(HOOKED);
    const [{ difference: first }] = await compare(clean, other, 'mark-bits', [1]);
    expect(first).toMatch(/^access \d+: the coroutine makes one of kind 5 as thread \d to word \d+, .*casMark.*, the thread makes /);
  });

  it('reports an operation of the scheduler that differs from the real one', async () => {
    const code = HOOKED.replace('return $rmw(s, m, i, old, old | v)', 'return $rmw(s, m, i, old, old ^ v)').replace(
      'return $rmw(s, m, i, old, old - (v | 0))',
      'return $rmw(s, m, i, old, old - (v | 0) - 1)',
    );
    expect(code).not.toBe(HOOKED);
    const core = (await importGenerated({ code, sites: clean.sites, map: { file: '', version: 3, sources: [], sourcesContent: [], names: [], mappings: '', sourceRoot: '' } })) as unknown as Core;
    const [{ difference: first }] = await compare({ core, sites: clean.sites }, HOOKED, 'whole-cycle', [1]);
    expect(first).toMatch(/^access \d+: the coroutine makes one of kind 4 as thread \d to word \d+, from (-?\d+) to (-?\d+), .*Atomics\.sub.*, the thread makes one of kind 4 /);
  });

  it('refuses a module in which an operation to replace is missing', () => {
    expect(() => plainCalls(HOOKED.replace('function $cas(', 'function $compare('))).toThrow('the generated module has no $cas');
  });
});
