/** The generated parts of docs are those that `npm run docs` writes now. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { generatedPages } from '../../src/cli/docs/documents.ts';
import { fillSections } from '../../src/cli/docs/markers.ts';

const pages = await generatedPages();

describe('generated pages', () => {
  it.each([...pages])('%s is what npm run docs writes', (path, text) => {
    expect(readFileSync(join(ROOT, path), 'utf8') === text, `${path} is stale: run npm run docs`).toBe(true);
  });

  it('include pages with generated sections', () => {
    expect([...pages.keys()]).toEqual(expect.arrayContaining(['docs/reference/catalog.md', 'docs/reference/exit-codes.md']));
  });
});

describe('a generated section', () => {
  const sections = { numbers: () => 'one\ntwo\n' };

  it('replaces the text between its markers and nothing else', () => {
    const page = 'before\n<!-- generated: numbers -->\nold\n<!-- end -->\nafter\n';
    const filled = 'before\n<!-- generated: numbers -->\n\none\ntwo\n\n<!-- end -->\nafter\n';
    expect(fillSections(page, sections)).toBe(filled);
    expect(fillSections(filled, sections)).toBe(filled);
  });

  it('is an error if its name is unknown', () => {
    expect(() => fillSections('<!-- generated: letters -->\n<!-- end -->', sections)).toThrow("no generated section is called 'letters'; known: numbers");
  });
});
