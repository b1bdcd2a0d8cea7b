/** Links between the pages lead to files and headings that exist, on GitHub as on the site. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { markdownPages } from '../../src/cli/docs/documents.ts';

/** Pages that the npm package leaves out are linked by their address on GitHub. */
const ON_GITHUB = 'https://github.com/sweepgen/sweepgen/blob/main/';

interface Link {
  /** From the root of the project. */
  readonly path: string;
  /** '' for none. */
  readonly anchor: string;
}

function linksOf(page: string, text: string): Link[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => {
    const [file, anchor = ''] = target.startsWith(ON_GITHUB) ? target.slice(ON_GITHUB.length).split('#') : target.split('#');
    if (/^[a-z]+:/.test(file)) return [];
    const path = target.startsWith(ON_GITHUB) ? file : file === '' ? page : join(dirname(page), file);
    return [{ path, anchor }];
  });
}

/** Returns the anchors of a page's headings, as the site makes them. */
function anchorsOf(text: string): string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading));
}

function slug(heading: string): string {
  return heading.toLowerCase().replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-').replaceAll(/^-|-$/g, '');
}

/** What is wrong with a link; '' if nothing is. */
function wrongWith({ path, anchor }: Link): string {
  if (path.startsWith('docs/reference/api')) return '';
  if (!existsSync(join(ROOT, path))) return `${path} does not exist`;
  if (anchor === '' || anchorsOf(readFileSync(join(ROOT, path), 'utf8')).includes(anchor)) return '';
  return `${path} has no heading #${anchor}`;
}

describe('links of docs', () => {
  const pages = markdownPages();

  it.each(pages)('%s links to what exists', (page, text) => {
    expect(linksOf(page, text).map(wrongWith).filter((wrong) => wrong !== '')).toEqual([]);
  });

  it('are many', () => {
    expect(pages.flatMap(([page, text]) => linksOf(page, text)).length).toBeGreaterThan(80);
  });

  it('are refused if the file or the heading is missing', () => {
    expect(wrongWith({ path: 'docs/no-such-page.md', anchor: '' })).toContain('does not exist');
    expect(wrongWith({ path: 'docs/glossary.md', anchor: 'no-such-heading' })).toContain('no heading');
  });
});
