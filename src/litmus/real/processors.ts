/** The processors that this process may use. */
import { readFileSync } from 'node:fs';

/** Returns their numbers; none if the system does not tell. */
export function allowedProcessors(read: () => string = () => readFileSync('/proc/self/status', 'utf8')): number[] {
  try {
    return parseList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(read())?.[1] ?? '');
  } catch {
    return [];
  }
}

/** Returns the numbers of a list such as `0-3,8`. */
function parseList(list: string): number[] {
  return list.split(',').filter((part) => part !== '').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
