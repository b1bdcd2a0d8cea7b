/** The first error in a file's JSON, in words. */
import type { z } from 'zod';

/**
 * Describes the first issue: "transferNs 24000: at most 5000", "results.0.ns: expected array, received string".
 * @param value the value that was checked
 */
export function describeIssue({ issues: [issue] }: z.ZodError, value: unknown): string {
  const path = issue.path.join('.');
  const found = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)[key], value);
  const subject = typeof found === 'number' ? `${path} ${found}` : path;
  if (issue.code === 'too_big') return `${subject}: ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(found, issue.maximum)}`;
  if (issue.code === 'too_small') return `${subject}: ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(found, issue.minimum)}`;
  const message = issue.message.replace(/^Invalid input: /, '');
  return subject === '' ? message : `${subject}: ${message}`;
}

/** Returns the unit of a limit of `found`. */
function unitOf(found: unknown, limit: number | bigint): string {
  if (typeof found === 'string') return limit === 1 ? ' character' : ' characters';
  if (Array.isArray(found)) return limit === 1 ? ' entry' : ' entries';
  return '';
}
