/** docs/reference/go-map.md knows every name of Go's runtime that sweepgen was written after, and no place that isn't there. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
/** Shorter ones explain nothing. */
const SENTENCE = 20;

interface Row {
  /** The first words of the heading it stands under, up to the colon. */
  readonly section: string;
  readonly name: string;
  /** `src/file.ts#symbol`, or `#record.field`. */
  readonly places: readonly string[];
  readonly remark: string;
}

function readRows(text: string): Row[] {
  const rows: Row[] = [];
  let section = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3).split(':')[0];
    const cells = /^\| `(.+?)` \| (.*?) \| (.*?) ?\|$/.exec(line);
    if (cells === null) {
      if (line.startsWith('| `')) throw new Error(`no row: ${line}`);
      continue;
    }
    const [, name, here, remark] = cells;
    rows.push({ section, name, places: [...here.matchAll(/`([^`]+)`/g)].map((match) => match[1]), remark });
  }
  return rows;
}

/** Does the text of a file declare `symbol`: a function, constant, class or type, or a field of a record? */
function declares(text: string, symbol: string): boolean {
  const [name, field] = symbol.split('.');
  const start = text.search(new RegExp(`^(export )?(function\\*?|const|class|interface|type) ${name}\\b`, 'm'));
  if (start < 0 || field === undefined) return start >= 0;
  const end = text.indexOf('\n}', start);
  return new RegExp(`^  ${field}: `, 'm').test(text.slice(start, end));
}

/** What is wrong with a place; empty when it is there. */
function wrongWith(place: string): string {
  const [path, symbol] = place.split('#');
  if (symbol === undefined) return `${place} names no symbol`;
  if (!existsSync(join(ROOT, path))) return `${path} is not there`;
  return declares(readFileSync(join(ROOT, path), 'utf8'), symbol) ? '' : `${path} declares no ${symbol}`;
}

const rows = readRows(readFileSync(join(ROOT, 'docs/reference/go-map.md'), 'utf8'));
const names = readFileSync(join(ROOT, 'test/fixtures/go-symbols.txt'), 'utf8').trimEnd().split('\n');

describe('docs/reference/go-map.md', () => {
  it('has one row for every name, under its section, in their order', () => {
    expect(rows.map(({ section, name }) => `${section} ${name}`)).toEqual(names);
  });

  it('names places that exist', () => {
    expect(rows.flatMap(({ name, places }) => places.map(wrongWith).filter((wrong) => wrong !== '').map((wrong) => `${name}: ${wrong}`))).toEqual([]);
  });

  it('gives a reason where it names no place', () => {
    const bare = rows.filter(({ places, remark }) => places.length === 0 && remark.length < SENTENCE);
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});

describe('a place is recognised', () => {
  const text = 'export const A = struct(\'a\', 4, {\n  /** It. */\n  first: by(X),\n});\n\nfunction f(m: Mem): void {\n  last: for (;;) break last;\n}\n\nfunction* g(): Generator<string> {\n}\n\nconst { x: Y } = A.at;\n';
  it.each([
    ['A', true], ['A.first', true], ['f', true], ['g', true],
    ['A.last', false], ['A.second', false], ['first', false], ['x', false], ['Y', false], ['F', false], ['fi', false],
  ])('%s: %s', (symbol, expected) => {
    expect(declares(text, symbol)).toBe(expected);
  });
});
