/** The small scenarios of functions that race on purpose find nothing in them, and find bugs that are planted there. */
import { describe, expect, it } from 'vitest';
import { findScenario } from '../../../../src/explore/find.ts';
import { loadCore } from '../../../../src/explore/load.ts';
import { settingOf } from '../../../../src/explore/scenarios/scenario.ts';
import { search } from '../../search.ts';

interface Planted {
  readonly scenario: string;
  readonly knobs: Readonly<Record<string, number>>;
  readonly breaks: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly found: RegExp;
}

const EXECUTIONS = 300;
/** Of the code as it is, under each model. */
const CLEAN = 100;

const PLANTED: readonly Planted[] = [
  { scenario: 'racy-marks', knobs: { pair: 0 }, breaks: 'a mark is stored, not exchanged', file: 'src/gc/mark.ts', find: 'if (Atomics.compareExchange(m, word, marks, marks | mark) === marks) return true;', replace: 'Atomics.store(m, word, marks | mark);\n    if (marks !== -1) return true;', found: /^(LOST_OBJECT|MARKED_TWICE)/ },
  { scenario: 'racy-marks', knobs: { pair: 1 }, breaks: 'the mark of the next block is set', file: 'src/gc/scanblock-lab-mark.ts', find: 'racyStoreByte(m, m8, byte, 1', replace: 'racyStoreByte(m, m8, byte ^ 1, 1', found: /^LOST_OBJECT/ },
  { scenario: 'racy-marks', knobs: { pair: 2 }, breaks: 'the barrier shades nothing', file: 'src/gc/collectors/concurrent/shade.ts', find: '  const barrier = m[BARRIER_OF];', replace: '  const barrier = 0;', found: /^LOST_OBJECT/ },
  { scenario: 'racy-heap', knobs: { pair: 0 }, breaks: 'a free drops the specials of the whole span', file: 'src/malloc/free.ts', find: 'if (racyLoad(m, s + SPECIALS) !== 0) freeAllSpecials(m, mp, s, p);', replace: 'if (racyLoad(m, s + SPECIALS) !== 0) m[s + SPECIALS] = 0;', found: /^FINALIZER_LOST/ },
  { scenario: 'racy-heap', knobs: { pair: 1 }, breaks: 'the length is another word', file: 'src/runtime/chan.ts', find: 'racyLoad(m, c + QCOUNT)', replace: 'racyLoad(m, c + ELEMSIZE)', found: /^CHANNEL_LENGTH/ },
  { scenario: 'racy-world', knobs: { does: 0 }, breaks: 'a P that is about to enter a system call is not counted as stopped', file: 'src/runtime/world.ts', find: '  if (Atomics.load(m, XGCWAITING) === 0) return;', replace: '  if (Atomics.load(m, XGCWAITING) !== 2) return;', found: /sleeps on/ },
  { scenario: 'racy-world', knobs: { does: 1 }, breaks: 'a collection does not look again whether it is due', file: 'src/runtime/gc.ts', find: '  if (force === FORCE.no && racyLoad(m, HEAP_ALLOC_Q) < racyLoad(m, XNEXT_GC_Q)) {', replace: '  if (force === FORCE.no && racyLoad(m, HEAP_ALLOC_Q) < 0) {', found: /^COLLECTED_OTHERWISE/ },
  { scenario: 'racy-world', knobs: { does: 2 }, breaks: 'the world is started before worldsema is free, which stays taken', file: 'src/runtime/gc.ts', find: '  m[mp + RESCHED] = 1;\n  m[mp + LOCKS]++;\n  releaseWorld(m);', replace: '  m[mp + RESCHED] = 1;\n  m[mp + LOCKS]++;', found: /^WORLD_NOT_QUIET|sleeps on/ },
  { scenario: 'racy-schedule', knobs: {}, breaks: 'an M that finds work still counts as spinning', file: 'src/runtime/schedule.ts', find: '  const left = Atomics.sub(m, XNMSPINNING, 1) - 1;', replace: '  const left = Atomics.load(m, XNMSPINNING) - 1;', found: /^WORLD_NOT_STARTED: every M has left, and nmspinning is \d, not 0/ },
  { scenario: 'racy-spans', knobs: { pair: 0 }, breaks: 'a thief moves the head by a store', file: 'src/gc/spans/queue.ts', find: 'if (Atomics.compareExchange(m, victim + HEAD, head, (head + n) | 0) !== head) continue;', replace: 'Atomics.store(m, victim + HEAD, (head + n) | 0);', found: /^SPANS_TAKEN_OTHERWISE/ },
  { scenario: 'racy-spans', knobs: { pair: 1 }, breaks: 'an M that marks a second block does not see that the page has been released', file: 'src/gc/spans/claim.ts', find: 'return (Atomics.or(m, at, MANY) & BITS) === 0;', replace: 'Atomics.or(m, at, MANY);\n  return false;', found: /^LOST_OBJECT/ },
  { scenario: 'racy-assist', knobs: { does: 2 }, breaks: 'an allocation adds to the credit of its goroutine', file: 'src/gc/pacer/debt.ts', find: 'm[gp + ASSIST_Q] -= bytes >>> 3;', replace: 'm[gp + ASSIST_Q] += bytes >>> 3;', found: /^NOTHING_OWED/ },
  { scenario: 'racy-assist', knobs: { does: 1 }, breaks: 'a heap at its trigger is collected in the stopped world', file: 'src/runtime/gc.ts', find: 'if (marksBeside(m)) collectBeside(m, mp, started, force);\n  else gc', replace: 'gc', found: /^MARKED_OTHERWISE/ },
  { scenario: 'racy-assist', knobs: { does: 0 }, breaks: 'an assist that finds no work left collects anew', file: 'src/runtime/assist.ts', find: 'if (progress === PROGRESS.none) gcStart(m, mp, FORCE.end);', replace: 'if (progress === PROGRESS.none) gcStart(m, mp, FORCE.yes);', found: /^MARKED_OTHERWISE/ },
];

describe('a scenario of functions that race on purpose', () => {
  it('finds nothing in them, under any memory model', async () => {
    const { core } = await loadCore(true);
    for (const { scenario: name, knobs } of PLANTED) {
      const scenario = findScenario(name);
      for (const memory of ['sc', 'tso', 'js'] as const) expect(search({ core, scenario, setting: settingOf(scenario, knobs), memory, executions: CLEAN }).failure, `${name} ${memory}`).toBeUndefined();
    }
  });

  it.each(PLANTED)('finds that $breaks: $scenario', async ({ scenario: name, knobs, breaks, file, find, replace, found }) => {
    const { core } = await loadCore(false, { name: 'planted', history: 'constructed', breaks, file, find, replace });
    const scenario = findScenario(name);
    const { failure } = search({ core, scenario, setting: settingOf(scenario, knobs), executions: EXECUTIONS });
    expect(failure?.facts[0]).toMatch(found);
  });
});
