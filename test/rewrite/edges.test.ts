/** Protocol edges: each still has its place in the source, and is counted there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EDGES } from '../../src/rewrite/edges/catalog.ts';
import { PROTOCOLS, edgesOf } from '../../src/rewrite/edges/edge.ts';
import { placeOf, plantEdges } from '../../src/rewrite/edges/plant.ts';
import { ROOT } from '../../src/base/root.ts';
import { loadCore } from '../../src/explore/load.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { settingOf } from '../../src/explore/scenarios/scenario.ts';
import { wholeCycleGo } from '../../src/explore/scenarios/whole-cycle.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';

describe('the catalog', () => {
  it('names each edge once, over all protocols', () => {
    expect(new Set(EDGES.map(({ name }) => name)).size).toBe(EDGES.length);
    expect(new Set(EDGES.map(({ protocol }) => protocol))).toEqual(new Set(PROTOCOLS));
    expect(EDGES.length).toBeGreaterThanOrEqual(60);
  });

  it.each(EDGES)('$name stands exactly once in its source', (edge) => {
    expect(placeOf(edge, readFileSync(join(ROOT, edge.file), 'utf8'))).not.toBeNull();
  });

  it('counts no place twice', () => {
    const places = EDGES.map((edge) => `${edge.file} ${placeOf(edge, readFileSync(join(ROOT, edge.file), 'utf8'))!.start}`);
    expect(new Set(places).size).toBe(EDGES.length);
  });
});

describe('planting', () => {
  const source = 'if (a) return 1;\nwhile (b) c();\nfor (;;) {\n  d();\n}\nreturn e === f;\n';

  function planted(...ats: string[]): string | undefined {
    return plantEdges(source, '/root/x.ts', edgesOf('locks', 'x.ts', ats.map((at) => [at, at])))?.code;
  }

  it('wraps a statement, so that it stays the body of its if or loop', () => {
    expect(planted('while (b) @c();')).toBe(source.replace('c();', '{ $edges[0]++; c(); }'));
    expect(planted('@d();')).toBe(source.replace('d();', '{ $edges[0]++; d(); }'));
  });

  it('counts at the end of a text, and before what follows on the next line', () => {
    expect(planted('if (a) return 1;@')).toBe(source.replace('return 1;', 'return 1; $edges[0]++;'));
    expect(planted('{@\n  d();')).toBe(source.replace('{', '{ $edges[0]++;'));
  });

  it('counts when an expression is false', () => {
    expect(planted('return @e === f')).toBe(source.replace('e === f', '(e === f || ($edges[0]++, false))'));
  });

  it('counts both ways of an if', () => {
    expect(planted('if (a) @return 1;', 'if (a) return 1;@')).toBe(source.replace('return 1;', '{ $edges[0]++; return 1; } $edges[1]++;'));
  });

  it('leaves out what is not there, or there twice, and other files', () => {
    expect(planted('@absent();')).toBeUndefined();
    expect(planted('@return')).toBeUndefined();
    expect(plantEdges(source, '/root/y.ts', edgesOf('locks', 'x.ts', [['c', '@c();']]))).toBeNull();
  });

  it('keeps the numbers of the others', () => {
    expect(planted('@absent();', '@d();')).toContain('$edges[1]++; d();');
  });
});

describe('an execution', () => {
  it.each([false, true])('counts the edges that it passes (hooked: %s)', async (hooked) => {
    const { core } = await loadCore(hooked);
    const count = (name: string) => core.$edges[EDGES.findIndex((edge) => edge.name === name)];
    const prepared = wholeCycleGo.prepare(core, settingOf(wholeCycleGo), () => ({ forget() {}, check: () => ({ problems: [] }) }));
    const explorer = new Explorer({ core, ...prepared, strategy: new RandomWalk(10) });
    core.$edges.fill(0);
    let collections = 0;
    for (let seed = 1; seed <= 20; seed++) {
      expect(explorer.run(seed).verdict).toBe('ok');
      collections += explorer.m[MSTATS + MStats.at.numgc];
    }
    expect(collections).toBeGreaterThan(0);
    expect(count('cycle: one M marked alone') + count('cycle: several Ms marked')).toBe(collections);
    expect(count('world: a helper was woken')).toBe(count('world: an idle or stopped M helped to mark'));
    for (const name of ['locks: slept', 'parfor: steal succeeded', 'workbufs: half was handed off', 'world: the stop had to wait']) {
      expect(count(name), name).toBeGreaterThan(0);
    }
    // Nothing is closed here.
    expect(count('channels: a closed channel gave its zero')).toBe(0);
  });
});
