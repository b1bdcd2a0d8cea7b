/** The first thing that makes a file's JSON unusable, in words. */
import type { z } from 'zod';

/** "transferNs 24000: at most 5000", "results.0.ns: expected array, received string". @param value what was checked */
export function describeIssue({ issues: [issue] }: z.ZodError, value: unknown): string {
  const path = issue.path.join('.');
  const found = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)[key], value);
  const subject = typeof found === 'number' ? `${path} ${found}` : path;
  const unit = typeof found === 'string' ? ' characters' : Array.isArray(found) ? ' entries' : '';
  if (issue.code === 'too_big') return `${subject}: at most ${issue.maximum}${unit}`;
  if (issue.code === 'too_small') return `${subject}: at least ${issue.minimum}${unit}`;
  const message = issue.message.replace(/^Invalid input: /, '');
  return subject === '' ? message : `${subject}: ${message}`;
}
