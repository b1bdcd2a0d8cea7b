/**
 * The data of the report's player: one execution, access by access. Columns of equal length stand for tables,
 * and what occurs often (words, sites, call paths) is in a table of its own, to which the columns refer by row.
 */
import { z } from 'zod';
import { VERDICTS } from '../explore/execution.ts';
import { count, text } from './schema.ts';

/** A row of another table; -1 for none. */
const row = z.number().int().min(-1);
const word32 = z.number().int();
/** A command line, which may contain a whole recorded failure. */
const command = z.string().max(1 << 24);

export const PlayerShape = z.object({
  /** What was run: `mark-bits on 3 Ps, with mark-load-or-store planted`. */
  name: text,
  verdict: z.enum(VERDICTS),
  /** What failed: a sentence, then the facts. For an execution without a failure, the sentence alone. */
  explanation: z.array(text),
  /** Sentences about the accesses whose order decides; empty if there are none. */
  story: z.array(text),
  /** Those accesses in order, each with what it did. */
  moments: z.array(z.object({ step: count, text })),
  /** The bug that was planted; null for the source as it is. */
  mutant: z.object({ name: text, breaks: text, file: text }).nullable(),
  /** The command that repeats the execution. */
  repeat: command,
  threads: z.array(z.object({
    name: text,
    /** Number of accesses, of all threads, after which it had ended; null if it had not. */
    ended: count.nullable(),
  })),
  /** The text around the places below; `blocks` is empty for a file that is not there. */
  files: z.array(z.object({
    name: text,
    blocks: z.array(z.object({ line: count.positive(), lines: z.array(text) })),
    /** The lines that the mutant has changed, first and last. */
    planted: z.tuple([count.positive(), count.positive()]).nullable(),
  })),
  /** Names of functions. */
  functions: z.array(text),
  /** Places in the source: accesses and calls. `text` is the access as written, without types. */
  sites: z.object({ file: z.array(count), line: z.array(count), function: z.array(count), text: z.array(text) }),
  /** Stacks of calls: the row of the stack without its innermost call, and the site of that call. */
  paths: z.object({ parent: z.array(row), site: z.array(count) }),
  /** The words that are touched, by address and name. `form` is how values are written: 0 for numbers, 1 for bits, and from 2 on for the rows of `valueNames`. */
  words: z.object({ at: z.array(count), name: z.array(text), form: z.array(count) }),
  /** Names of values, by value. */
  valueNames: z.array(z.array(text.nullable())),
  /** Accesses left out before the first: of a very long execution only the end is kept. Steps below count from here. */
  omitted: count,
  /** The accesses, in order. `kind` is one of ACCESS in rewrite/sites.ts. */
  steps: z.object({ thread: z.array(count), site: z.array(count), path: z.array(row), word: z.array(count), kind: z.array(count), value: z.array(word32), old: z.array(word32) }),
  /** By preemption, the first access after it, and the thread that was stopped. */
  preemptions: z.object({ step: z.array(count), from: z.array(count) }),
  /** Locks that were taken and released: the new holder, -1 for none. */
  locks: z.object({ step: z.array(count), holder: z.array(row), word: z.array(count) }),
  /** Threads that began or ceased to wait: 0 for no wait, 1 for a lock that the thread tries to get, 2 for sleep; the thread that woke it, -1 for none. */
  waits: z.object({ step: z.array(count), thread: z.array(count), wait: z.array(z.number().int().min(0).max(2)), word: z.array(row), by: z.array(row) }),
});
export type Player = z.infer<typeof PlayerShape>;

/** Players of several failures; `failure` is the key of the failure in the same document, `mutant` its planted bug. */
export const PlayersShape = z.array(z.object({ failure: text, mutant: text.nullable(), player: PlayerShape }));
export type Players = z.infer<typeof PlayersShape>;
