/** The constants of a machine are compared with those of its map. */
import { describe, expect, it } from 'vitest';
import { constantsCheck } from '../../../src/run/threads/constants.ts';
import { HeapBroken } from '../../../src/run/errors.ts';
import { shapeFor } from '../../../src/run/shape.ts';
import { CONFIG, Config } from '../../../src/memory/config.ts';
import { boot, planMemory } from '../../../src/runtime/boot.ts';

describe('constantsCheck', () => {
  it('reports any changed constant with its original value', () => {
    const map = planMemory(shapeFor({ procs: 2, arena: 1 << 20 }, { arenaBytes: 1 << 20, globals: 0, goroutines: 1 }));
    const m = new Int32Array(new SharedArrayBuffer(map.words * 4));
    boot(m, map, 100);
    const check = constantsCheck(m, map, './x.mjs');
    check();
    for (const [name, at] of Object.entries(Config.at)) {
      const was = m[CONFIG + at];
      for (const value of [was + 1, was - 1]) {
        m[CONFIG + at] = value;
        expect(check).toThrow(HeapBroken);
        expect(check).toThrow(`the machine's ${name} is ${value}, and was made ${was}`);
      }
      m[CONFIG + at] = was;
    }
  });
});
