/** Every record that the sources declare is registered, on the page, placed, named and watched. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTED } from '../../src/cli/docs/documents.ts';
import { loadCore } from '../../src/explore/load.ts';
import { makeMonitors } from '../../src/explore/monitors/catalog.ts';
import { buildMarkBits } from '../../src/explore/scenarios/programs/mark-bits.ts';
import { tinyShape } from '../../src/explore/scenarios/tiny-shape.ts';
import { nameWord } from '../../src/inspect/name-word.ts';
import { fixedRows, listPlaces, listedRefs } from '../../src/inspect/records.ts';
import { CONFIG, Config, DEBUG } from '../../src/memory/config.ts';
import { LOCK_ORDER } from '../../src/memory/lock-order.ts';
import { declaredPlaces } from '../../src/memory/places.ts';
import { declaredRecord, declaredRecords, type Field, type Struct } from '../../src/memory/struct.ts';
import { POLICY } from '../../src/gc/policy.ts';
import { Span } from '../../src/heap/span.ts';
import { MHEAP, MHeap } from '../../src/malloc/mheap-record.ts';
import { MPROF, MProf } from '../../src/malloc/buckets.ts';
import { FIN, Fin } from '../../src/malloc/finq.ts';
import { memoryMapMarkdown } from '../../src/report/memory-map.ts';
import { boot, planMemory } from '../../src/runtime/boot.ts';
import { ACCESS } from '../../src/rewrite/sites.ts';

const SRC = resolve(import.meta.dirname, '../../src');

/** The names of the records that the files of src declare. */
function declaredInSource(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(SRC, name), 'utf8'))
    .filter((text) => /import \{[^}]*\bstruct\b[^}]*\} from '[./]*memory\/struct\.ts'|import \{[^}]*\bstruct\b[^}]*\} from '\.\/struct\.ts'/.test(text))
    .flatMap((text) => [...text.matchAll(/\bstruct\('(\w+)'/g)].map(([, name]) => name));
}

const map = planMemory({ ...tinyShape({ procs: 2, policy: POLICY.spans }), debug: DEBUG.collectstats | DEBUG.allocfreetrace, eventCap: 64 });
const m = new Int32Array(map.words);
buildMarkBits(m, boot(m, map, 100));

/** Puts a record on each list, in unused persistent memory. */
function fillLists(): void {
  let at = m[CONFIG + Config.at.persistentEnd] - 2048;
  for (const { head } of listPlaces()) {
    m[head] = at;
    at += 1024;
  }
}

/** The records with a place on this machine, one of each shape, with what they contain. */
function placedRecords(): (readonly [record: Struct, at: number])[] {
  const rows = fixedRows(m).filter(({ count }) => count > 0).map(({ record, at }) => [record, at] as const);
  const listed = listPlaces().flatMap((place) => listedRefs(m, place).slice(0, 1).map((at) => [place.record, at] as const));
  return [...rows, ...listed].flatMap(([record, at]) => [[record, at] as const, ...partsOf(record, at)]);
}

function partsOf(record: Struct, at: number): (readonly [Struct, number])[] {
  return Object.entries<Field>(record.fields)
    .filter(([, { part }]) => part !== undefined)
    .flatMap(([name, { part }]) => [[declaredRecord(part!)!, at + record.at[name]] as const, ...partsOf(declaredRecord(part!)!, at + record.at[name])]);
}

fillLists();
const placed = placedRecords();

describe('every record', () => {
  const names = declaredInSource();

  it('that the sources declare is in the registry, and no other', () => {
    expect(names.length).toBeGreaterThan(40);
    expect(declaredRecords().map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  it('is on the page of the memory map, with its place', () => {
    const page = memoryMapMarkdown(DOCUMENTED);
    expect(names.filter((name) => !page.includes(`\n### ${name}\n`))).toEqual([]);
    expect(page).not.toContain('nowhere');
  });

  it('is found on a machine, unless its declaration says that it lies elsewhere', () => {
    const elsewhere = declaredPlaces().filter(({ kind }) => kind === 'elsewhere').map(({ record }) => record.name);
    const found = placed.map(([{ name }]) => name);
    expect(names.filter((name) => !elsewhere.includes(name) && !found.includes(name))).toEqual([]);
  });

  it('is a part of others under a name that exists, in a whole number', () => {
    const wrong = declaredRecords().flatMap(({ name, fields }) =>
      Object.entries<Field>(fields)
        // The records of an M and of a P leave room for parts that grow.
        .filter(([, { part, words, guardian }]) => part !== undefined && (declaredRecord(part) === undefined || (words % declaredRecord(part)!.words !== 0 && guardian.kind !== 'parts')))
        .map(([field]) => `${name}.${field}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('every field of a record that is found', () => {
  it('is called by its name', () => {
    const nameless = placed.flatMap(([record, at]) =>
      Object.entries<Field>(record.fields)
        .filter(([name, { guardian }]) => guardian.kind !== 'unused' && name !== record.self)
        .filter(([name, { guardian }]) => !nameWord(m, at + record.at[name]).includes(guardian.kind === 'atomic' ? name.slice(1) : name))
        .map(([name]) => `${record.name}.${name}: ${nameWord(m, at + record.at[name])}`),
    );
    expect(nameless).toEqual([]);
  });
});

describe('a guardian', () => {
  const locks = declaredRecords().flatMap(({ fields }) => Object.values<Field>(fields).flatMap(({ lock }) => lock ?? []));

  it('is a lock that a record declares', () => {
    const used = declaredRecords().flatMap(({ fields }) => Object.values<Field>(fields).flatMap(({ guardian }) => (guardian.kind === 'lock' ? guardian.lock : [])));
    expect(used.filter((lock) => !locks.includes(lock))).toEqual([]);
  });

  it('has a place in the order of locks, and each place a lock', () => {
    expect([...new Set(locks), 'worldsema'].toSorted()).toEqual([...LOCK_ORDER].toSorted());
  });

  it('is watched in every record that is found', async () => {
    const { core, sites } = await loadCore(true);
    const store = sites.findIndex(({ file, kind }) => file === 'src/malloc/mcentral.ts' && kind === 'store');
    // A sudog names its channel, and a span is on the list of its class, so that each has a lock.
    for (const [record, at] of placed) if (record.name === 'sudog') m[at + record.at.chan] = m[CONFIG + Config.at.arenaStart];
    for (const [record, at] of placed) if (record === Span) m[at + Span.at.list] = MHEAP + MHeap.at.free;
    const monitors = makeMonitors(core, sites, ['guards']);
    for (const monitor of monitors) monitor.begin?.(m, 2);
    const unwatched = placed.flatMap(([record, at]) =>
      Object.entries<Field>(record.fields)
        .filter(([, { guardian }]) => ['lock', 'listLock', 'stoppedWorld', 'boot'].includes(guardian.kind))
        .filter(([name]) => !objects(at + record.at[name]))
        .map(([name]) => `${record.name}.${name}`),
    );
    expect(unwatched).toEqual([]);
    function objects(word: number): boolean {
      try {
        for (const monitor of monitors) monitor.access(1, store, ACCESS.store, word, 0, MHEAP + MHeap.at.free);
      } catch (error) {
        return /LOCK_NOT_HELD|WORLD_NOT_STOPPED|CONSTANT_WRITTEN/.test(String(error));
      }
      return false;
    }
  });

  it('is watched in a record from the moment that it is linked', async () => {
    const { core, sites } = await loadCore(true);
    const store = sites.findIndex(({ file, kind }) => file === 'src/malloc/finq.ts' && kind === 'store');
    const fin = declaredRecord('finblock')!;
    const fresh = m[FIN + Fin.at.allfin] - 512;
    const [books, guards] = makeMonitors(core, sites, ['guards']);
    for (const monitor of [books, guards]) monitor.begin?.(m, 2);
    expect(() => guards.access(1, store, ACCESS.store, fresh + fin.at.next, 1, 0)).not.toThrow();
    expect(() => guards.access(1, store, ACCESS.store, FIN + Fin.at.allfin, fresh, 0)).toThrow('fin.allfin without finlock');
    expect(() => guards.access(1, store, ACCESS.store, fresh + fin.at.next, 1, 0)).toThrow('without finlock');
    expect(m[MPROF + MProf.at.buckets]).not.toBe(0);
  });
});
