/** Reading documents in the page. */
import type { AnyDocument } from './view.ts';

/** Returns the command that made the document, as the user spells it. */
export function commandOf({ command }: AnyDocument): string {
  return `sweepgen ${command === 'scale --sweep' ? 'scale --vary' : command}`;
}
