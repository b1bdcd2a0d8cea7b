/** Messages for values that a user's code threw: they may be anything. */
import { printable } from './printable.ts';

/** The longest message that is printed whole. */
const LONGEST = 400;

/** Returns the message of `thrown`, on one line. Never throws. */
export function messageOf(thrown: unknown): string {
  return printable(rawMessage(thrown), LONGEST);
}

function rawMessage(thrown: unknown): string {
  try {
    if (typeof thrown !== 'object' || thrown === null) return String(thrown);
    const { message, name } = thrown as { message?: unknown; name?: unknown };
    if (typeof message === 'string' && message !== '') return message;
    return typeof name === 'string' && name !== '' ? name : 'an object without a message';
  } catch {
    return 'something that cannot be read';
  }
}
