/** The writes that each byte of a read may come from. */
import { byteOf } from '../bytes.ts';
import { covers, equalRanges, type Event } from './events.ts';

/** The event that each byte of a read comes from, lowest byte first. */
export type Sources = readonly Event[];

/**
 * Returns the sources that `read` may have, as far as its own range and the rule of tear-free reads go.
 *
 * A byte is not given each source if that can change nothing: bytes that the same writes cover, and for which all
 * of these write one value, come from where another such byte comes from.
 */
export function sourcesOf(read: Event, events: readonly Event[]): readonly Sources[] {
  const { at, bytes } = read.access;
  const choices = Array.from({ length: bytes }, (_, i) => events.filter((event) => event.writes && event !== read && covers(event, at + i)));
  const classes = choices.map((from, i) => (differs(from, at + i) ? i : choices.findIndex((other, j) => isSame(from, other) && differs(other, at + j))));
  const leads = classes.map((each, i) => classes.findIndex((other, j) => other === each && isSame(choices[i], choices[j])));
  const all: Sources[] = [];
  function extend(sources: Sources): void {
    const i = sources.length;
    if (i === bytes) {
      if (isTearFree(read, sources)) all.push(sources);
      return;
    }
    for (const event of leads[i] < i ? [sources[leads[i]]] : choices[i]) extend([...sources, event]);
  }
  extend([]);
  return all;
}

function isSame(a: readonly Event[], b: readonly Event[]): boolean {
  return a.length === b.length && a.every((event, i) => event === b[i]);
}

/** Reports whether these writes may give the byte different values. What a read-modify-write adds is not known yet. */
function differs(from: readonly Event[], byte: number): boolean {
  const values = new Set(from.map(({ isInit, access }) => (isInit ? 0 : byteOf(access.value, byte - access.at))));
  return values.size > 1 || from.some(({ access }) => access.kind === 'add');
}

/**
 * The rule of tear-free reads: two writes of the read's own range, neither of which may tear, are not mixed.
 *
 * The specification initialises a block byte by byte, so by its letter a read may mix initial bytes and those of one
 * write. Here the initial write counts as one of the read's range: a program's setup stores initial values whole.
 */
function isTearFree(read: Event, sources: Sources): boolean {
  if (!read.noTear) return true;
  const whole = new Set(sources.filter((event) => event.noTear && (event.isInit || equalRanges(event, read))));
  return whole.size <= 1;
}
