/** Strict partial orders of at most 31 events, always transitive. */

/** By event, the set of events after it, a bit for each. */
export type Before = Int32Array;

/** Returns the order that orders nothing. */
export function unordered(events: number): Before {
  if (events > 31) throw new RangeError(`${events} events: at most 31 are supported`);
  return new Int32Array(events);
}

export function isBefore(order: Before, a: number, b: number): boolean {
  return ((order[a] >> b) & 1) === 1;
}

/** Puts `a` before `b`, with all that follows. Returns false, and leaves the order as it is, if that makes a circle. */
export function putBefore(order: Before, a: number, b: number): boolean {
  if (a === b || isBefore(order, b, a)) return false;
  const after = order[b] | (1 << b);
  for (let event = 0; event < order.length; event++) if (event === a || isBefore(order, event, a)) order[event] |= after;
  return true;
}
