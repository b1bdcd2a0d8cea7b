/** The dump is what dumpspan of mgc0.c prints for such a heap. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spanOf } from '../../src/heap/span.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { collect, newObject, setSlot, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { dumpspan, memorydump } from '../../src/inspect/memorydump.ts';
import { runCore } from '../support/core-machine.ts';
import { sweepgen } from '../support/command.ts';

const hex = (ref: number) => `0xc0${(ref * 4).toString(16).padStart(8, '0')}`;

describe('a memory dump', () => {
  it('prints used blocks in parentheses and free ones in brackets, eight words a line', () => {
    runCore({}, -1, (m, mp, gp) => {
      const a = newObject(m, mp, gp, 0, 48, 0);
      const b = newObject(m, mp, gp, 1, 48, 0);
      const c = newObject(m, mp, gp, 2, 48, 0);
      storeWord(m, a, 0, c);
      storeInt(m, a, 5, -1);
      storeWord(m, c, 1, a);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      const text = [...dumpspan(m, spanOf(m, a))].join('');
      // A free block holds the link to the next one, as the machine has it.
      const link = (ref: number) => `0x${ref.toString(16)}`;
      expect(text.split('\n').slice(0, 4)).toEqual([
        `${hex(a)} .. ${hex(a + 170 * 12)}:`,
        `\t(${hex(a)}: ${hex(c)} 0x0 0x0 0x0 0x0 0xffffffff) [${hex(b)}: ${link(c + 12)} 0xdeaddeaddeaddead`,
        `\t 0x0 0x0 0x0 0x0] (${hex(c)}: 0x0 ${hex(a)} 0x0 0x0`,
        `\t 0x0 0x0) [${hex(c + 12)}: ${link(c + 24)} 0x0 0x0 0x0 0x0 0x0] `,
      ]);
      expect(text.match(/\(0x/g)).toHaveLength(2);
      expect(text.match(/\[0x/g)).toHaveLength(168);
      expect(text.endsWith('] \n')).toBe(true);
    });
  });

  it('prints a large object as one block, and each used span once', () => {
    const { m } = runCore({}, -1, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 100_000, FLAG_NOSCAN);
      newObject(m, mp, gp, 1, 16, 0);
      const text = [...memorydump(m)].join('');
      expect(text.match(/^0x.* \.\. 0x.*:$/gm)).toHaveLength(2);
      expect(text.match(/\(0x/g)).toHaveLength(2);
      // 13 pages of 1024 words, eight a line, and the span's own line.
      expect(text.slice(0, text.indexOf('\n\n')).split('\n')).toHaveLength(13 * 128 + 1);
    });
    expect([...memorydump(m)].every((piece) => piece.length < 1 << 18)).toBe(true);
  });

  it('has words of 32 bits on the machine with 32-bit pointers', () => {
    runCore({ ptrWords: 1 }, -1, (m, mp, gp) => {
      const p = newObject(m, mp, gp, 0, 32, 0);
      storeWord(m, p, 0, p);
      const address = `0x${(p * 4).toString(16)}`;
      expect([...memorydump(m)].join('')).toContain(`:\n\t(${address}: ${address} 0x0 0x0 0x0 0x0 0x0 0x0 0x0) \n`);
    });
  });

  it('is written to a file, or to stdout alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sweepgen-'));
    try {
      const words = ['run', 'churn', '--set', 'count=5000', '--set', 'ring=2000', '--procs', '1', '--memorydump'];
      const [file, both] = await Promise.all([sweepgen([...words, join(folder, 'dump')]), sweepgen([...words, '-'])]);
      const dump = readFileSync(join(folder, 'dump'), 'utf8');
      expect(dump.match(/\(0x/g)!.length).toBeGreaterThan(2000);
      expect(both.out).toBe(dump);
      expect(both.err).toContain('churn, 1 P,');
      expect(file.out).not.toContain('\t(');
      const nowhere = await sweepgen([...words, join(folder, 'no', 'dump')]);
      expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining("can't be written: there is no directory")]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
