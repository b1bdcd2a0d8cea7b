/** The size of a file is limited before it is parsed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readText } from '../../src/cli/read-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a text of many chunks is read whole, its characters too', () => {
  const text = 'aäµ€'.repeat(50_000);
  writeFileSync(join(folder, 'long'), text);
  expect(readText(join(folder, 'long'))).toBe(text);
});

it('a file may have so many bytes, and no more', () => {
  writeFileSync(join(folder, 'full'), 'x'.repeat(70_000));
  expect(readText(join(folder, 'full'), 70_000)).toHaveLength(70_000);
  expect(() => readText(join(folder, 'full'), 69_999)).toThrow(/full is too large: at most 68\.4 KB are read$/);
});

it('a device without an end is refused', () => {
  expect(() => readText('/dev/zero', 1 << 20)).toThrow('/dev/zero is too large: at most 1.00 MB are read');
});

it.each([
  ['nothing', 'there is no such file'],
  ['.', 'it is a directory'],
])("what can't be read is named: %s", (name, reason) => {
  expect(() => readText(join(folder, name))).toThrow(`${join(folder, name)} can't be read: ${reason}`);
});

it('a name can not steer the terminal', () => {
  expect(() => readText('/no/\u001b[2J')).toThrow("/no/\\x1b[2J can't be read");
});
