/**
 * The artefact of a failure: all that it takes to run it again, on another day and after
 * changes of the source. As a file it also holds every access; as a line (line.ts) it does not.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { VERDICTS } from '../execution.ts';
import { MONITOR_NAMES } from '../monitors/catalog.ts';
import { START } from '../strategies/default-order.ts';

const SCHEMA = 1;
/** What an artefact may hold at most; what sweepgen writes is far below. */
export const MOST = {
  /** Bytes of a file, and of a trace when it is unpacked. */
  fileBytes: 1 << 26,
  traceBytes: 1 << 26,
  /** Characters of a name, and of a strategy with its parameters. */
  name: 4096,
  strategy: 1 << 20,
  /** Ps of a machine, and the watcher. */
  threads: 65,
  preemptions: 100_000,
  operations: 100_000,
  facts: 10_000,
} as const;

const count = z.number().int().nonnegative();
const hash = count.max(2 ** 32 - 1);
const name = z.string().max(MOST.name);
const thread = count.max(MOST.threads - 1);

/** `thread`'s `nth` access, from 0. */
const AccessOf = z.object({ thread, nth: count });

export const Artefact = z.object({
  schema: z.literal(SCHEMA),
  scenario: name,
  /** Those that differ from the scenario's defaults. */
  knobs: z.record(name, z.number().int()),
  /** By thread; null for what the scenario does with these knobs. */
  operations: z.array(z.array(z.tuple([name], z.number().int())).max(MOST.operations)).max(MOST.threads).nullable(),
  mutant: name.nullable(),
  /** What looked on: names of monitors. */
  monitors: z.array(name).max(MONITOR_NAMES.length),
  /** How it was found, before it was shrunk. */
  strategy: z.string().max(MOST.strategy),
  seed: hash,
  preemptions: z.array(z.object({ thread: thread.or(z.literal(START)), at: count, to: thread })).max(MOST.preemptions),
  verdict: z.enum(VERDICTS).exclude(['ok']),
  /** Who threw; '' if nobody did. */
  thread: name,
  facts: z.array(z.string()).max(MOST.facts),
  /** Accesses to the shared memory. */
  steps: count,
  checkpoints: z.object({ every: count.positive(), hashes: z.array(hash) }),
  /** Of the generated core that failed. */
  build: name,
  /** The accesses to the same word whose order decides: in the failure the first comes first. */
  pairs: z.array(z.tuple([AccessOf, AccessOf])),
  /** In files only: thread and site of each step, packed. */
  trace: z.string().nullable(),
});
export type Artefact = z.infer<typeof Artefact>;
export type CriticalPair = Artefact['pairs'][number];

export interface RecordedStep {
  readonly thread: number;
  /** As `siteKey` has it. */
  readonly site: string;
}

/** @throws UsageError for what is no artefact, in a sentence that names `from`. */
export function parseArtefact(value: unknown, from: string): Artefact {
  const parsed = Artefact.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new UsageError(`${printable(from)} is no recorded failure: ${path.length === 0 ? '' : `${printable(path.join('.'))}: `}${printable(message, 400)}`);
}

/** The text of an artefact file. */
export function readArtefact(text: string, from: string): Artefact {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${printable(from)} is no recorded failure: it is not JSON`);
  }
  return parseArtefact(value, from);
}

/** An artefact file: a field a line, but lists of small things on one. */
export function writeArtefact(artefact: Artefact): string {
  const fields = Object.entries(artefact).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${fields.join(',\n')}\n}\n`;
}

const Packed = z.object({ sites: z.array(z.string()), threads: z.array(z.number()), at: z.array(z.number()) });

/** Deflated JSON as base64url: a column after the other, for like beside like packs better. */
export function packTrace(steps: readonly RecordedStep[]): string {
  const numbers = new Map<string, number>();
  const at = steps.map(({ site }) => {
    if (!numbers.has(site)) numbers.set(site, numbers.size);
    return numbers.get(site)!;
  });
  const packed: z.infer<typeof Packed> = { sites: [...numbers.keys()], threads: steps.map(({ thread }) => thread), at };
  return deflateRawSync(JSON.stringify(packed), { level: 9 }).toString('base64url');
}

/** @throws UsageError when it is damaged */
export function unpackTrace(trace: string): RecordedStep[] {
  try {
    const { sites, threads, at } = Packed.parse(JSON.parse(inflateRawSync(Buffer.from(trace, 'base64url'), { maxOutputLength: MOST.traceBytes }).toString()));
    return threads.map((thread, i) => ({ thread, site: sites[at[i]] ?? '?' }));
  } catch {
    throw new UsageError('the trace of the recorded failure is damaged');
  }
}
