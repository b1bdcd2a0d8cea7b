/** `sweepgen view`: makes a report from documents that other commands have printed with --json. */
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { describeIssue } from '../../base/issue-text.ts';
import { printable } from '../../base/printable.ts';
import { documentsIn, type PrintedDocument } from '../../report/html.ts';
import { isLog } from '../../explore/campaigns/read-log.ts';
import type { Deps } from '../deps.ts';
import { DOCUMENTS, commandsOf, versionOf } from '../document-catalog.ts';
import { examples } from '../help.ts';
import { DEFAULT_REPORT, checkReport, writeReportOf } from '../html-report.ts';

export function declare(command: Command, deps: Deps): void {
  command
    .description('Draws documents that other commands have printed with --json as one HTML report. Several documents are drawn together: measurements and predictions of one heap lie over each other. A report that --html has written is read, too, and so is the log of a campaign (fuzz --log).')
    .argument('<files...>', 'documents, reports, or logs of campaigns')
    .option('--html <file>', 'file to write the report to', DEFAULT_REPORT)
    .addHelpText('after', examples([
      ['sweepgen view measured.json', 'a document that sweepgen scale --json has printed'],
      ['sweepgen view night.jsonl', 'the campaign of sweepgen fuzz --log night.jsonl'],
      ['sweepgen view measured.json predicted.json --html both.html', 'measurement and prediction, one over the other'],
    ]))
    .action((files: readonly string[], { html }: { readonly html: string }) => view(deps, files, html));
}

async function view(deps: Deps, files: readonly string[], html: string): Promise<void> {
  const documents: PrintedDocument[] = [];
  for (const file of files) documents.push(...(isLog(file) ? [await readCampaign(file)] : readDocuments(file, deps.readText(file))));
  checkReport(deps, { html });
  await writeReportOf(deps, { html }, `view ${files.map((file) => printable(file)).join(' ')}`, documents);
}

/** Returns the document of the campaign whose log the file is. @throws UsageError if the log is broken */
async function readCampaign(file: string): Promise<PrintedDocument> {
  const { documentOfLog } = await import('../fuzz-log-document.ts');
  return { name: file, text: await documentOfLog(file) };
}

/** Returns the documents in a file. @throws UsageError if it is neither a document nor a report of this version */
function readDocuments(file: string, text: string): PrintedDocument[] {
  const inReport = documentsIn(text);
  const documents = inReport ?? [{ name: file, text }];
  for (const { text: json } of documents) checkDocument(printable(file), json);
  return documents;
}

function checkDocument(file: string, text: string): void {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is neither JSON nor a report; view draws what a command has printed with --json or written with --html`);
  }
  const { schema, command } = (document ?? {}) as Record<string, unknown>;
  const entry = DOCUMENTS.find((each) => commandsOf(each).includes(String(command)));
  if (entry === undefined) throw new UsageError(`${file} holds no document of a command that view can draw`);
  if (schema !== versionOf(entry)) throw new UsageError(`${file} has schema ${printable(String(schema))}, and this version draws ${versionOf(entry)}; run the command again`);
  const { success, error } = entry.schema.safeParse(document);
  if (!success) throw new UsageError(`${file} is not what sweepgen ${printable(String(command))} --json has printed: ${printable(describeIssue(error, document))}`);
}
