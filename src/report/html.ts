/**
 * The HTML report: one file that holds the page (src/view, bundled), its style and the documents it shows.
 *
 * Nothing in the data can become markup or script: the documents are JSON in a data block in which each character that HTML
 * could read is escaped, and the page puts them into text nodes only. A content security policy
 * lets the page run its own script alone, by hash, and lets it request nothing.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../base/root.ts';

const folder = join(ROOT, 'dist/view');

/** The parts of the page, which `npm run build` writes. */
export const VIEW_FILES = { folder, script: join(folder, 'report.js'), style: join(folder, 'report.css'), notices: join(folder, 'notices.txt') } as const;

/** A document of --json with the name under which the report lists it: its file, or the command. */
export interface PrintedDocument {
  readonly name: string;
  /** Its JSON. */
  readonly text: string;
}

/** The element that holds the data. */
const DATA_ID = 'sweepgen-data';
/** The data block of a report: `sweepgen view` reads reports, too. The data holds no `<`. */
const DATA_BLOCK = new RegExp(`<script type="application/json" id="${DATA_ID}">([^<]*)</script>`);

export interface Page {
  readonly title: string;
  readonly version: string;
  /** The time at which the report was made. */
  readonly made: Date;
  /** Seconds after which the page loads itself again; never by default. */
  readonly refreshSeconds?: number;
}

/** Returns the report, in pieces, so that documents of many megabytes are not copied into one string. */
export function* reportHtml({ title, version, made, refreshSeconds }: Page, documents: readonly PrintedDocument[]): Iterable<string> {
  const script = inScript(readFileSync(VIEW_FILES.script, 'utf8'));
  const style = readFileSync(VIEW_FILES.style, 'utf8').replaceAll('</', '<\\/');
  const policy = [
    "default-src 'none'", `script-src '${hashOf(script)}'`, `style-src '${hashOf(style)}'`, 'img-src data: blob:', "base-uri 'none'", "form-action 'none'",
  ].join('; ');
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
${refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">
`}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="sweepgen ${escapeHtml(version)}">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="report"><noscript>This report draws its pictures with JavaScript, which is switched off here. Its data is in the source of this file.</noscript></div>
<script type="application/json" id="${DATA_ID}">{"title":${inData(JSON.stringify(title))},"version":${inData(JSON.stringify(version))},"made":${inData(JSON.stringify(made.toISOString()))},"documents":[`;
  let separator = '';
  for (const { name, text } of documents) {
    yield `${separator}{"name":${inData(JSON.stringify(name))},"document":`;
    yield inData(compact(text));
    yield '}';
    separator = ',';
  }
  yield `]}</script>
<script type="text/plain" id="sweepgen-notices">${escapeHtml(readFileSync(VIEW_FILES.notices, 'utf8'))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Returns the documents of a report that reportHtml made, or undefined if `html` is none. */
export function documentsIn(html: string): PrintedDocument[] | undefined {
  const data = DATA_BLOCK.exec(html)?.[1];
  if (data === undefined) return undefined;
  const { documents } = JSON.parse(data) as { documents: { name: string; document: unknown }[] };
  return documents.map(({ name, document }) => ({ name, text: JSON.stringify(document) }));
}

/** Returns `json` without indentation. */
function compact(json: string): string {
  return JSON.stringify(JSON.parse(json));
}

const ESCAPED: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' };

/** Returns `json` with every character that HTML could read as an escape; in JSON these occur only in strings. */
function inData(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => ESCAPED[character]);
}

/** Returns a script that its own strings can't end or comment out. */
function inScript(code: string): string {
  return code.replaceAll(/<(?=\/script|!--|script)/gi, '\\x3c');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
