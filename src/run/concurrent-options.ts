/** The options of a machine that only the concurrent collector heeds; see machine-options.ts. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { BARRIER_CAP } from '../machine/m.ts';
import { BARRIER, STACKS, TERMINATION } from '../gc/collectors/concurrent/state.ts';
import { LIMIT_UNIT } from '../gc/pacer/limit.ts';
import { ASSISTS, PACER } from '../gc/pacer/record.ts';
import { LIMITS, bool, number, oneOf, parseSize, whole } from './kinds.ts';
import { machine } from './machine-option.ts';

/** The least memory limit. */
const LEAST_LIMIT = 64 << 10;

export const CONCURRENT_OPTIONS = {
  /** what a pointer store shades. Default: dijkstra. */
  barrier: machine({
    flag: '--barrier <name>',
    kind: oneOf(BARRIER),
    help: 'with --collector concurrent, what a pointer store shades: the new pointer (dijkstra), the old one (yuasa), both (hybrid), or none, which loses objects',
    default: 'dijkstra',
    word: 'barrier',
  }),
  /** whether mark termination scans stacks again. Default: rescan. */
  stacks: machine({
    flag: '--stacks <policy>',
    kind: oneOf(STACKS),
    help: 'with --collector concurrent, whether the end of a mark scans all stacks again (rescan, Go 1.5), or not (once, Go 1.8, with --barrier hybrid)',
    default: 'rescan',
    word: 'stacks',
  }),
  /** how the end of the mark is found. Default: count. */
  termination: machine({
    flag: '--termination <how>',
    kind: oneOf(TERMINATION),
    help: 'with --collector concurrent, what ends a mark: the last worker that finds no work (count, Go 1.5), or a round in which no P has published any (ragged, Go 1.12)',
    default: 'count',
    word: 'termination',
  }),
  /** pointers that a P's write barrier records before it shades them. Default: 0, it shades at once. */
  barrierBuffer: machine({
    flag: '--barrier-buffer <n>',
    kind: whole(0, BARRIER_CAP),
    help: `with --collector concurrent, pointers that the write barrier of a P records before it shades them, up to ${BARRIER_CAP} (Go 1.10); 0: none`,
    default: 0,
    word: 'barrierBuffer',
  }),
  /** mark again in the stopped world at the end of each mark, and compare. */
  checkmark: machine({
    flag: '--checkmark',
    kind: bool,
    help: "with --collector concurrent, mark again in the stopped world at the end of each mark and report an object that the mark has missed (Go's gccheckmark)",
    word: 'checkmark',
  }),
  /** whether a goroutine that allocates during a mark pays for it by marking. Default: on. */
  assists: machine({
    flag: '--assists <state>',
    kind: oneOf(ASSISTS),
    help: 'with --collector concurrent, whether allocations during a mark pay for it by marking (on), or the mark ends in a stopped world if the heap reaches its goal first (off)',
    default: 'on',
    word: 'assists',
  }),
  /** what decides when a mark begins. Default: feedback. */
  pacer: machine({
    flag: '--pacer <name>',
    kind: oneOf(PACER),
    help: 'with --collector concurrent, what decides when a mark begins: feedback on the trigger ratio (feedback, Go 1.5), or the runway that a mark needs (runway, Go 1.18)',
    default: 'feedback',
    word: 'pacer',
  }),
  /** bytes that the heap and all that the runtime keeps beside it should not exceed. Default: no limit. */
  memoryLimit: machine({
    flag: '--memory-limit <size>',
    kind: { ...number(LEAST_LIMIT, LIMITS.arena, 'bytes'), parse: parseLimit, wordOf: (bytes: number) => Math.max(1, Math.floor(bytes / LIMIT_UNIT)) },
    help: 'with --collector concurrent, a soft limit of the memory, as 64M: collections begin earlier to keep it, and take at most half of the processors (Go 1.19)',
    word: 'memoryLimit',
  }),
} as const;

/** Reads "64M". */
function parseLimit(text: string, name: string): number {
  const bytes = parseSize(text);
  if (!(bytes >= LEAST_LIMIT && bytes <= LIMITS.arena)) throw new UsageError(`${name} must be a size from 64K to 8G, such as 64M, not '${printable(text)}'`);
  return bytes;
}
