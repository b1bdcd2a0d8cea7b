/** The record of what marks concurrently with the program: the workers, and the goroutines that wait to assist. */
import { guardedBy, ownedBy } from '../memory/guardian.ts';
import { globalRecord } from '../memory/segment.ts';
import { atomic, by, padding, struct } from '../memory/struct.ts';

/** One worker for each P. */
export const MAX_WORKERS = 64;

const Markers = struct('markers', 96, {
  /** Worker i runs on P i alone; 0 for one that is not made yet. */
  workers: by(ownedBy('thread', 'M i writes and reads entry i'), MAX_WORKERS),
  /** The first and the last goroutine that waits to assist, linked by schedlink. */
  assistHead: by(guardedBy('gclock')),
  assistTail: by(guardedBy('gclock')),
  pad0: padding(14),
  /** Goroutines that wait to assist, or are about to. */
  xassists: atomic('changed with gclock held'),
  pad1: padding(15),
});

const MARKERS = globalRecord('markers', Markers);
export const WORKERS = MARKERS + Markers.at.workers;
export const ASSIST_HEAD = MARKERS + Markers.at.assistHead;
export const ASSIST_TAIL = MARKERS + Markers.at.assistTail;
export const XASSISTS = MARKERS + Markers.at.xassists;
