/** Names of words inside a record, from its declaration and those of the records that are parts of it. */
import { declaredRecord, type Struct } from '../memory/struct.ts';

/**
 * Returns the path of the word `offset` words into a record: `lock.owner`, `alloc[3]`,
 * `obj[1].p`; `+3` for a word of no field; '' for the record's own word (Struct.self).
 */
export function nameField(record: Struct, offset: number): string {
  const field = Object.keys(record.fields).findLast((name) => record.at[name] <= offset);
  if (field === undefined || offset >= record.at[field] + record.fields[field].words) return `+${offset}`;
  const { words, guardian, part } = record.fields[field];
  // The x says that only atomics touch the field, which the operation shown with the name says as well.
  const shown = field === record.self ? '' : guardian.kind === 'atomic' ? field.slice(1) : field;
  const within = offset - record.at[field];
  const inner = part === undefined ? undefined : declaredRecord(part);
  if (inner === undefined) return words === 1 ? shown : `${shown}[${within}]`;
  const index = words >= 2 * inner.words ? `[${Math.floor(within / inner.words)}]` : '';
  return join(`${shown}${index}`, nameField(inner, within % inner.words));
}

function join(outer: string, inner: string): string {
  if (inner === '') return outer;
  return inner.startsWith('[') || inner.startsWith('+') ? outer + inner : `${outer}.${inner}`;
}
