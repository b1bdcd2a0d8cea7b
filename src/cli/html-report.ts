/** The flags --html and --record, and writing the report. */
import type { Command } from 'commander';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { PrintedDocument } from '../report/html.ts';
import type { Deps } from './deps.ts';

export interface ReportFlags {
  readonly html?: string;
  readonly record?: boolean;
  readonly json?: boolean;
}

/** The file, in the current folder, of a report for which no other is named. */
export const DEFAULT_REPORT = 'sweepgen-report.html';

/** Declares --html and --record. */
export function addReport(command: Command): void {
  command
    .option('--html <file>', 'write a report with pictures: one HTML file that needs nothing else')
    .option('--record', 'add to the --json document what the pictures of --html need; view draws them later');
}

/** Whether the command records what pictures need beyond its figures. */
export function isRecording({ html, record }: ReportFlags): boolean {
  return html !== undefined || record === true;
}

/** Whether the command makes its document, for stdout or for the report. */
export function wantsDocument({ html, json }: ReportFlags): boolean {
  return html !== undefined || json === true;
}

/** @throws UsageError if the report can't be written at the end */
export function checkReport(deps: Deps, { html }: ReportFlags): void {
  if (html === undefined) return;
  if (html === '-') throw new UsageError(`--html needs the name of a file, as ${DEFAULT_REPORT}: stdout has the text or the document`);
  deps.checkWritable(html);
}

/**
 * Writes the report of --html, if asked for, and names it: on stderr if stdout holds a document.
 * @param name the command and what it was about, as "scale tree"; the title of the report
 * @param text the command's document; undefined if none was made
 * @param others documents to compare with
 * @throws OutputError
 */
export async function writeReport(deps: Deps, flags: ReportFlags, name: string, text: string | undefined, others: readonly PrintedDocument[] = []): Promise<void> {
  if (text !== undefined) await writeReportOf(deps, flags, name, [{ name, text }, ...others]);
}

/** Writes a report of documents with names of their own; see writeReport. */
export async function writeReportOf(deps: Deps, { html, json }: ReportFlags, name: string, documents: readonly PrintedDocument[]): Promise<void> {
  if (html === undefined) return;
  await writePage(deps, html, { name }, documents);
  nameReport(json ? deps.terminal.err : deps.terminal.out, html);
}

/**
 * Writes a report. With `refreshSeconds`, an open page of it reloads itself after that time.
 * @throws OutputError
 */
export async function writePage(deps: Deps, html: string, { name, refreshSeconds }: { readonly name: string; readonly refreshSeconds?: number }, documents: readonly PrintedDocument[]): Promise<void> {
  const { reportHtml } = await import('../report/html.ts');
  await deps.writeText(html, reportHtml({ title: `sweepgen ${name}`, version: deps.version, made: new Date(), refreshSeconds }, documents));
}

/** Names the report that was written. */
export function nameReport(say: (text: string) => void, html: string): void {
  say(`Report: ${printable(html, 1000)}\n`);
}
