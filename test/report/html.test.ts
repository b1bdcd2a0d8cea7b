import { statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VIEW_FILES, documentsIn, reportHtml } from '../../src/report/html.ts';

const HOSTILE = ['</script><script>alert(1)</script>', '<!-- <script>', '"\'`&lt;', '\u202egnirts\u202c', '\u001b[31mred', '\u2028\u2029', '\u0000', 'x'.repeat(1_000_000)];

function page(documents: readonly { name: string; text: string }[], title = 'a title'): string {
  return [...reportHtml({ title, version: '1.2.3', made: new Date(0) }, documents)].join('');
}

/** The text between the tags that begin and end an element with this id. */
function dataBlock(html: string): string {
  const start = html.indexOf('>', html.indexOf('id="sweepgen-data"')) + 1;
  return html.slice(start, html.indexOf('<', start));
}

describe('reportHtml', () => {
  it('holds every string of the documents, and none of their characters as markup', () => {
    const document = { values: HOSTILE };
    const html = page([{ name: HOSTILE[0], text: JSON.stringify(document) }], HOSTILE[0]);
    expect(JSON.parse(dataBlock(html))).toMatchObject({ title: HOSTILE[0], documents: [{ name: HOSTILE[0], document }] });
    // What HTML would end or open: only what the page itself has.
    const empty = page([]);
    for (const tag of [/<script/gi, /<\/script/gi, /<!--/g, /<\/title/gi]) expect(html.match(tag)).toEqual(empty.match(tag));
  });

  it('gives any JSON back', () => {
    fc.assert(fc.property(fc.array(fc.record({ name: fc.string({ unit: 'binary' }), document: fc.jsonValue() })), (documents) => {
      const printed = documents.map(({ name, document }) => ({ name, text: JSON.stringify(document) }));
      expect(documentsIn(page(printed))).toEqual(printed);
    }));
  });

  it('allows its own script and style, and no request', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page([]))![1].split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy.filter((rule) => /https?:|\*|unsafe/.test(rule))).toEqual([]);
    expect(page([])).not.toMatch(/(?:src|href)="(?!#)/);
  });

  it('shows the licence of each package whose code is in it', () => {
    for (const name of ['preact', 'uplot', 'd3-hierarchy', 'd3-scale']) expect(page([])).toMatch(new RegExp(`^(?:<script[^>]*>)?${name} \\d+\\.\\d+\\.\\d+$`, 'm'));
  });

  it('is less than a megabyte before its data', () => {
    expect(page([]).length).toBeLessThan(1_000_000);
    expect(statSync(VIEW_FILES.script).size).toBeGreaterThan(10_000);
  });
});

describe('documentsIn', () => {
  it('finds no documents in other text', () => {
    expect(documentsIn('{"command":"run"}')).toBeUndefined();
    expect(documentsIn('<script type="application/json" id="other">{}</script>')).toBeUndefined();
  });
});
