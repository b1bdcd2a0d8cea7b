/** The ledger: where it is kept, that an execution keeps it, and that every law of it can be broken. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import MagicString from 'magic-string';
import { ROOT } from '../../src/base/root.ts';
import { loadCore } from '../../src/explore/load.ts';
import { COLUMN } from '../../src/rewrite/ledger/columns.ts';
import { ENTRIES } from '../../src/rewrite/ledger/entries.ts';
import { AT_REST, checkLedger, checkProfile } from '../../src/explore/ledger/invariants.ts';
import { bodyOf, plantLedger } from '../../src/rewrite/ledger/plant.ts';
import { settingOf } from '../../src/explore/scenarios/scenario.ts';
import { traced } from '../../src/explore/scenarios/world.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { MPROF, MProf } from '../../src/malloc/buckets.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { CLASS_BYTES } from '../../src/verify/classes.ts';
import { Verifier } from '../../src/verify/verifier.ts';

describe('an entry', () => {
  it.each(ENTRIES)('$name is declared once in $file, with the parameters that it counts by', (entry) => {
    expect(bodyOf(entry, readFileSync(join(ROOT, entry.file), 'utf8'))).toBeGreaterThan(0);
  });

  const source = 'export function f(m: Mem, size: number): void {\n  g();\n}\nfunction g(): void {\n}\n';
  const entry = { file: 'x.ts', name: 'f', params: ['size'], count: '$ledger[0] += size;' };

  it('counts before the function does anything', () => {
    const planted = new MagicString(source);
    plantLedger(planted, source, '/root/x.ts', [entry]);
    expect(planted.toString()).toBe(source.replace('{\n  g', '{ $ledger[0] += size;\n  g'));
  });

  it('counts behind a lock, where there is one', () => {
    const locked = source.replace('  g();', '  lock();\n  g();');
    const planted = new MagicString(locked);
    plantLedger(planted, locked, '/root/x.ts', [{ ...entry, after: 'lock();' }, { ...entry, name: 'g', params: [], after: 'lock();', count: '$ledger[1]++;' }]);
    expect(planted.toString()).toBe(locked.replace('lock();', 'lock(); $ledger[0] += size;').replace('g(): void {', 'g(): void { $ledger[1]++;'));
  });

  it('follows its function: one that is gone, or has another parameter, is an error', () => {
    expect(() => bodyOf({ ...entry, name: 'h' }, source)).toThrow('x.ts declares no function h');
    expect(() => bodyOf(entry, source + source)).toThrow('more than one function f');
    expect(() => bodyOf({ ...entry, params: ['bytes'] }, source)).toThrow('f of x.ts has no parameter bytes');
  });
});

const { core } = await loadCore(false);
const setting = settingOf(traced, { profile: 1 });
const prepared = traced.prepare(core, setting, (memory) => new Verifier(memory));
const explorer = new Explorer({ core, ...prepared, strategy: new RandomWalk(10) });
const { verdict, detail } = explorer.run(1);
const m = explorer.m.slice();
const ledger = core.$ledger.slice();

describe('after an execution', () => {
  it('it agrees with the memory', () => {
    expect([verdict, detail]).toEqual(['ok', '']);
    expect(checkLedger(ledger, m, AT_REST)).toBe('');
    expect(ledger[COLUMN.cycles]).toBeGreaterThan(2);
    expect(ledger[COLUMN.tiny]).toBeGreaterThan(2);
    expect(ledger[COLUMN.small + CLASS_BYTES.indexOf(2048)]).toBe(2);
  });

  it.each([
    ['tiny', 'BLOCKS_COUNTED'], ['large', 'BLOCKS_COUNTED'], ['largeBytes', 'BLOCKS_COUNTED'], ['small', ''], ['lookups', 'LOOKUPS'], ['freed', 'EXPLICIT_FREES'],
    ['cycles', 'NUMGC'], ['queued', 'FINALIZER_COUNT'], ['ran', 'FINALIZER_COUNT'], ['recentAllocs', 'PROFILE_STAGE'], ['prevAllocs', 'PROFILE_STAGE'], ['allocs', 'PROFILE_STAGE'],
    ['recentFrees', 'PROFILE_STAGE'], ['prevFrees', 'PROFILE_STAGE'], ['frees', 'PROFILE_STAGE'],
  ] as const)('a count of %s that is off by one is seen', (column, code) => {
    const other = ledger.slice();
    // Class 0 has no blocks: of the classes, the one of 2 KB.
    other[COLUMN[column] + (column === 'small' ? CLASS_BYTES.indexOf(2048) : 0)]++;
    expect(checkLedger(other, m, AT_REST)).toMatch(new RegExp(`^${code || 'BLOCKS_COUNTED'}: `));
  });

  it('blocks of the rate and more that were not sampled are seen', () => {
    const other = m.slice();
    const fewer = ledger.slice();
    // As if at a rate of 2 KB some other blocks had been sampled by chance, and not all of the large ones.
    for (const at of [CONFIG + Config.at.memprofileRate, MPROF + MProf.at.rate]) other[at] = 2048;
    expect(checkLedger(fewer, other, AT_REST)).toBe('');
    const samples = fewer[COLUMN.recentAllocs] + fewer[COLUMN.prevAllocs] + fewer[COLUMN.allocs];
    fewer[COLUMN.small + CLASS_BYTES.indexOf(2048)] += samples;
    expect(checkProfile(fewer, other)).toMatch(/^PROFILE_LARGE_BLOCKS: /);
  });

  it('a finalizer goroutine that is woken for nothing is seen', () => {
    const other = ledger.slice();
    other[COLUMN.finqLooks] = 2;
    expect(checkLedger(other, m, AT_REST)).toMatch(/^FINALIZER_WAKEUPS: 0 finalizers were queued/);
  });

  it.each([['handoffs', 'HANDOFFS'], ['handoffObjects', 'HANDOFFS']] as const)('when a mark has ended, so is one of %s', (column, code) => {
    const other = ledger.slice();
    other[COLUMN.cycles]++;
    other[COLUMN[column]]++;
    expect(checkLedger(other, m, CHECKPOINT.marked)).toMatch(new RegExp(`^${code}: `));
  });

  it('marks that nobody counts are seen', () => {
    const other = ledger.slice();
    const marked = m.slice();
    other[COLUMN.cycles]++;
    marked[core.planMemory(traced.shape(setting.knobs)).regions.at(-1)!.start - 1] |= 1;
    expect(checkLedger(other, marked, CHECKPOINT.marked)).toBe('OBJECTS_MARKED: objectsMarked is 0, but 1 marks are set');
  });

  it.each(['nmalloc', 'nfree', 'heapObjects', 'totalAlloc', 'mspanInuse', 'mcacheInuse', 'bySizeNmalloc'] as const)('%s that was counted twice is seen', (field) => {
    const other = m.slice();
    other[MSTATS + MStats.at[field] + (field === 'bySizeNmalloc' ? 2 : 0)]++;
    expect(checkLedger(ledger, other, AT_REST)).toMatch(/^MEMSTATS: /);
  });

  it('without one nothing is held against the memory', () => {
    const without = new Explorer({ core, ...prepared, ledger: undefined, strategy: new RandomWalk(10) });
    expect(without.run(1)).toMatchObject({ verdict: 'ok', detail: '' });
  });

  it('an execution begins with the ledger that its memory was made with', () => {
    for (let i = 0; i < 2; i++) {
      core.$ledger.fill(99);
      expect(explorer.run(2)).toMatchObject({ verdict: 'ok', detail: '' });
    }
  });
});
