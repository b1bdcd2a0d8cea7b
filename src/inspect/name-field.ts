/** Names of words inside a record, from the declarations of its struct and of what it holds. */
import type { Struct } from '../memory/struct.ts';

/** A struct whose fields may be records, or rows of records, themselves. */
export interface Layout {
  readonly struct: Struct;
  readonly parts?: Readonly<Record<string, Layout>>;
  /** The field that goes by the name of the whole: a lock's key is the lock. */
  readonly self?: string;
}

/** Path of the word `offset` words into a record: `lock.owner`, `alloc[3]`, `obj[1].p`; '' for the record's own word. */
export function nameField({ struct, parts, self }: Layout, offset: number): string {
  const field = Object.keys(struct.fields).findLast((name) => struct.at[name] <= offset);
  if (field === undefined || offset >= struct.at[field] + struct.fields[field].words) return `+${offset}`;
  const { words, guardian } = struct.fields[field];
  // The x says how the field is touched, which the operation beside the name says as well.
  const shown = field === self ? '' : guardian.startsWith('atomic') ? field.slice(1) : field;
  const within = offset - struct.at[field];
  const part = parts?.[field];
  if (part === undefined) return words === 1 ? shown : `${shown}[${within}]`;
  const index = words >= 2 * part.struct.words ? `[${Math.floor(within / part.struct.words)}]` : '';
  return join(`${shown}${index}`, nameField(part, within % part.struct.words));
}

function join(outer: string, inner: string): string {
  if (inner === '') return outer;
  return inner.startsWith('[') || inner.startsWith('+') ? outer + inner : `${outer}.${inner}`;
}
