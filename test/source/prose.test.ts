/**
 * Two rules of plain English that a machine can check: no bare "who" as a subject, and no count in docs that
 * changes with the code. CONTRIBUTING.md has the others.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { markdownPages } from '../../src/cli/docs/documents.ts';

interface Line {
  /** `path:number`. */
  readonly at: string;
  readonly text: string;
}

/** Words after which "who" has no noun to refer to: "by who waits", "decides who runs". "A user who" is fine. */
const BEFORE_BARE_WHO = [
  'and', 'or', 'but', 'by', 'of', 'to', 'for', 'from', 'with', 'than', 'as', 'that', 'is', 'are', 'be', 'was', 'when', 'while', 'if', 'because', 'until', 'where', 'what',
  'beside', 'between', 'against', 'into', 'on', 'at', 'only', 'even', 'so', 'then', 'matter',
  'knows', 'know', 'tells', 'tell', 'says', 'say', 'shows', 'show', 'decides', 'decide', 'chooses', 'choose', 'sees', 'see', 'asks', 'ask', 'gives', 'give', 'lets', 'let',
];
const BARE_WHO = new RegExp(`\\bwhoever\\b|(^|[.;:(–—|>*]\\s*)who(?!\\s+(am|is this)\\b)\\b(?![^.]*\\?)|\\b(${BEFORE_BARE_WHO.join('|')}) who\\b`, 'i');

const COUNT = /(?<![.\d])\b\d[\d,]* (?:[a-z]+ )?(?:mutants|bugs|scenarios|strategies|monitors|canaries|workloads|tests)\b/i;

/** Returns the comment in a line of TypeScript, or ''. */
function commentOf(line: string): string {
  return /^\s*(?:\/\*\*?|\*\/?|\/\/)(.*)$/.exec(line)?.[1].replace(/\*\/\s*$/, '').trim() ?? / \/\/ (.*)$/.exec(line)?.[1] ?? '';
}

function commentsIn(folder: string): Line[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('fixtures'))
    .flatMap((name) => readFileSync(join(ROOT, folder, name), 'utf8').split('\n').map((line, i) => ({ at: `${folder}/${name}:${i + 1}`, text: commentOf(line) })));
}

/** Returns the lines of a page, without code. */
function proseOf(path: string, page: string): Line[] {
  const text = page.replace(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, '')).replace(/`[^`\n]*`/g, '``');
  return text.split('\n').map((line, i) => ({ at: `${path}:${i + 1}`, text: line }));
}

function withoutGenerated(page: string): string {
  return page.replace(/^<!-- generated:[\s\S]*?^<!-- end -->$/gm, (section) => section.replace(/[^\n]/g, ''));
}

/** Words in quotation marks are mentioned, not used. */
function offences(lines: readonly Line[], pattern: RegExp): string[] {
  return lines.filter(({ text }) => pattern.test(text.replace(/"[^"]*"/g, '""'))).map(({ at, text }) => `${at}: ${text.trim()}`);
}

const FOLDERS = ['src', 'workers', 'test', 'bench'];

describe('a bare "who"', () => {
  const found = offences([...FOLDERS.flatMap(commentsIn), ...markdownPages().flatMap(([path, page]) => proseOf(path, page))], BARE_WHO);

  it('is in no comment and no page', () => {
    expect(found).toEqual([]);
  });

  it.each([
    'Who sweeps a span while it is at it shortens the next pause.', 'until whoever holds the lock lets go', 'given to who waits', 'A strategy decides who runs next.',
    'marked; who waits is served',
  ])('is seen in: %s', (text) => {
    expect(text).toMatch(BARE_WHO);
  });

  it.each([
    'a user who runs it', 'the pusher, who owns the node', 'a thread whose turn it is', 'Who looks on?', 'threads who wait', 'the whole heap',
  ])('is not seen in: %s', (text) => {
    expect(text).not.toMatch(BARE_WHO);
  });
});

describe('a count that changes with the code', () => {
  it('is typed in no page', () => {
    expect(offences(markdownPages().flatMap(([path, page]) => proseOf(path, withoutGenerated(page))), COUNT)).toEqual([]);
  });

  it.each(['359 mutants', 'all 47 scenarios', '236 planted bugs', '1,204 tests'])('is seen in: %s', (text) => {
    expect(text).toMatch(COUNT);
  });

  it.each(['two scenarios', '8 Ps', '20 MB of objects', 'Go 1.4 workloads'])('is not seen in: %s', (text) => {
    expect(text).not.toMatch(COUNT);
  });
});
