import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { JsonCursor } from '../../../src/workloads/heaps/json-cursor.ts';
import { skipValue } from '../../../src/workloads/heaps/json-skip.ts';
import { seeds } from '../../support/nightly.ts';
import { inChunks } from './feed.ts';

/** Skips the value of `text`. Returns the bytes that it passed on, or the error's message. */
async function skip(text: string, size: number): Promise<{ value: string } | { error: string }> {
  const cursor = new JsonCursor('test', inChunks(Buffer.from(`${text},\x7f`), size), () => {});
  const pieces: Buffer[] = [];
  try {
    await skipValue(cursor, (bytes) => pieces.push(Buffer.from(bytes)));
    await cursor.expect(0x2c);
    await cursor.expect(0x7f);
    return { value: Buffer.concat(pieces).toString() };
  } catch (error) {
    if (!(error instanceof HeapFormatError)) throw error;
    return { error: error.message };
  }
}

/** Reports whether `text` is exactly one JSON value. */
function isJson(text: string): boolean {
  try {
    return JSON.parse(`[${text},"end"]`).length === 2;
  } catch {
    return false;
  }
}

const chunk = fc.constantFrom(1, 2, 7, 4096);
const json = fc.json({ stringUnit: 'grapheme', maxDepth: 5 });

describe('the JSON skipper', () => {
  it('skips any JSON value to its last byte', async () => {
    await fc.assert(
      fc.asyncProperty(json, chunk, fc.constantFrom(0, 1, '\r\n\t '), async (text, size, indent) => {
        const value = JSON.stringify(JSON.parse(text), null, indent);
        expect(await skip(value, size)).toEqual({ value });
      }),
      { numRuns: 500 },
    );
  });

  it('refuses exactly the texts that JSON.parse refuses', async () => {
    const piece = fc.constantFrom(...'{}[],:"\\/', ' ', '\n', '\u0001', 'u00e4', 'true', 'null', '-',
      '0', '12', '.5', 'e+3', '"a"', '"":', '\\"', '\\u00', '\\x', 'é');
    const mutated = fc.tuple(json, fc.array(fc.tuple(fc.nat(), fc.nat(3), piece), { maxLength: 3 }));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(mutated, chunk, async ([start, edits], size) => {
        let text = start;
        for (const [place, removed, added] of edits) {
          const at = place % (text.length + 1);
          text = text.slice(0, at) + added + text.slice(at + removed);
        }
        const result = await skip(text, size);
        expect({ text, ok: 'value' in result }).toEqual({ text, ok: isJson(text) });
        if ('error' in result) refused++;
      }),
      { numRuns: seeds(1000, 3000) },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('refuses more than 1000 nested levels', async () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(await skip(nested(1000), 64)).toHaveProperty('value');
    expect(await skip(nested(1e6), 4096)).toEqual({
      error: 'test: nests deeper than 1000 levels at byte 1000, in the snapshot',
    });
  });

  it('refuses an endless word before it fills the memory', async () => {
    expect(await skip('1'.repeat(1e6), 512)).toEqual({
      error: 'test: a number or word is longer than 1024 bytes at byte 0, in the snapshot',
    });
  });
});
