/** Every word of a machine's memory is named by what was declared there. */
import { beforeAll, expect, it } from 'vitest';
import { loadCore } from '../../src/drivers/explore/load.ts';
import { settingOf } from '../../src/drivers/explore/scenarios/scenario.ts';
import { wholeCycleGo } from '../../src/drivers/explore/scenarios/whole-cycle.ts';
import { nameWord } from '../../src/drivers/word-names.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import type { Ref } from '../../src/memory/address.ts';
import { bitsWord } from '../../src/heap/bitmap.ts';
import { Span, emptySpan, spanAt } from '../../src/heap/span.ts';
import { G, gAt } from '../../src/machine/g.ts';
import { M, mAt } from '../../src/machine/m.ts';
import { P, pAt } from '../../src/machine/p.ts';
import { SCHED, Sched } from '../../src/machine/sched.ts';
import { SudoG } from '../../src/machine/sudog.ts';
import { Lock } from '../../src/sync/lock.ts';
import { MCache } from '../../src/malloc/mcache-record.ts';
import { MCentral, mcentralAt } from '../../src/malloc/mcentral.ts';

let m: Int32Array;
beforeAll(async () => {
  m = wholeCycleGo.prepare((await loadCore(false)).core, settingOf(wholeCycleGo), () => ({ forget() {}, check: () => ({ problems: [] }) })).template;
});

const start = (name: keyof typeof Config.at) => m[CONFIG + Config.at[name]];

it.each<[string, () => Ref]>([
  ['config arenaStart', () => CONFIG + Config.at.arenaStart],
  ['sched runqsize', () => SCHED + Sched.at.runqsize],
  ['sched lock.owner', () => SCHED + Sched.at.lock + Lock.at.owner],
  ['mcentral 5 nonempty.prev', () => mcentralAt(5) + MCentral.at.nonempty + 1],
  ['M2 holds', () => mAt(m, 2) + M.at.holds],
  ['M1 scanbuf.busy', () => mAt(m, 1) + M.at.scanbuf],
  ['P0 xrunq[5]', () => pAt(m, 0) + P.at.xrunq + 5],
  ['P1 mcache.alloc[3]', () => pAt(m, 1) + P.at.mcache + MCache.at.alloc + 3],
  ['G1 pc', () => gAt(m, 1) + G.at.pc],
  ['G1 sudogs[1].g', () => gAt(m, 1) + G.at.sudogs + SudoG.words + SudoG.at.g],
  ['span 3 xsweepgen', () => spanAt(m, 3) + Span.at.xsweepgen],
  ['the empty span freelist', () => emptySpan(m) + Span.at.freelist],
  ['workbuf 1 nobj', () => start('workbufs') + start('workbufWords') + 2],
  ['bss+3', () => start('bss') + 3],
  ["the span map's page 2", () => start('spanMap') + 2],
  ['span 0 block 1+2', () => m[spanAt(m, 0) + Span.at.start] + (m[spanAt(m, 0) + Span.at.elemsize] >>> 2) + 2],
  ['marks of span 0 block 0+0 and on', () => bitsWord(m, m[spanAt(m, 0) + Span.at.start]) + 1],
  ['bits of span 0 block 0+0 and on', () => bitsWord(m, m[spanAt(m, 0) + Span.at.start])],
])('%s', (name, ref) => expect(nameWord(m, ref())).toBe(name));

it('what is outside has a number', () => {
  expect(nameWord(m, m.length)).toBe(`word ${m.length}`);
  expect(nameWord(new Int32Array(128), 9000)).toBe('word 9000');
});

it('no two words have the same name', () => {
  const names = new Map<string, number>();
  for (let ref = 0; ref < m.length; ref++) {
    const name = nameWord(m, ref);
    expect([name, names.get(name)]).toEqual([name, undefined]);
    names.set(name, ref);
  }
});
