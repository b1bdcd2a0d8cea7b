/** Checks JSON output of a command against the strict schema of its document. */
import type { z } from 'zod';
import { DOCUMENTS, ErrorDocument, commandsOf } from '../../src/cli/document-catalog.ts';

const SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(DOCUMENTS.flatMap((entry) => commandsOf(entry).map((command) => [command, entry.schema])));

/** Throws if `out` or `err` of a run with --json has a document with an undeclared or a missing field. */
export function checkDocuments(out: string, err: string): void {
  if (out.startsWith('{')) {
    const document = JSON.parse(out) as { command: string };
    const schema = SCHEMAS.get(document.command);
    if (schema === undefined) throw new Error(`no schema declares the document of '${document.command}'`);
    schema.parse(document);
  }
  for (const line of err.split('\n')) if (line.startsWith('{"schema"')) ErrorDocument.parse(JSON.parse(line));
}
