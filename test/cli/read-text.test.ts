/** The size of a file is limited before it is parsed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readText } from '../../src/cli/read-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('readText', () => {
  it('reads a text of many chunks whole, without breaking characters', () => {
    const text = 'aäµ€'.repeat(50_000);
    writeFileSync(join(folder, 'long'), text);
    expect(readText(join(folder, 'long'))).toBe(text);
  });

  it('reads a file of up to the largest number of bytes, and no more', () => {
    writeFileSync(join(folder, 'full'), 'x'.repeat(70_000));
    expect(readText(join(folder, 'full'), 70_000)).toHaveLength(70_000);
    expect(() => readText(join(folder, 'full'), 69_999)).toThrow(/full is too large: at most 68\.4 KB are read$/);
  });

  it('refuses a device without an end', () => {
    expect(() => readText('/dev/zero', 1 << 20)).toThrow('/dev/zero is too large: at most 1.00 MB are read');
  });

  it.each([
    ['nothing', 'there is no such file'],
    ['.', 'it is a directory'],
  ])("names what can't be read: %s", (name, reason) => {
    expect(() => readText(join(folder, name))).toThrow(`${join(folder, name)} can't be read: ${reason}`);
  });

  it('prints a name that would control the terminal as text', () => {
    expect(() => readText('/no/\u001b[2J')).toThrow("/no/\\x1b[2J can't be read");
  });
});
