/**
 * The artefact of a failure: all that it takes to run it again, on another day and after
 * changes of the source. As a file it also holds every access; as a line (line.ts) it does not.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { UsageError } from '../../../base/fatal.ts';
import { VERDICTS } from '../execution.ts';

const SCHEMA = 1;
const count = z.number().int().nonnegative();
const hash = count.max(2 ** 32 - 1);

/** `thread`'s `nth` access, from 0. */
const AccessOf = z.object({ thread: count, nth: count });

export const Artefact = z.object({
  schema: z.literal(SCHEMA),
  scenario: z.string(),
  /** Those that differ from the scenario's defaults. */
  knobs: z.record(z.string(), z.number().int()),
  /** By thread; null for what the scenario does with these knobs. */
  operations: z.array(z.array(z.tuple([z.string()], z.number()))).nullable(),
  mutant: z.string().nullable(),
  /** What looked on: names of monitors. */
  monitors: z.array(z.string()),
  /** How it was found, before it was shrunk. */
  strategy: z.string(),
  seed: hash,
  preemptions: z.array(z.object({ thread: z.number().int().min(-1), at: count, to: count })),
  verdict: z.enum(VERDICTS).exclude(['ok']),
  /** Who threw; '' if nobody did. */
  thread: z.string(),
  facts: z.array(z.string()),
  /** Accesses to the shared memory. */
  steps: count,
  checkpoints: z.object({ every: count.positive(), hashes: z.array(hash) }),
  /** Of the generated core that failed. */
  build: z.string(),
  /** The accesses to the same word whose order decides: in the failure the first comes first. */
  pairs: z.array(z.tuple([AccessOf, AccessOf])),
  /** In files only: the sites that were passed, as text, and thread, site and word of each step, packed. */
  trace: z.object({ sites: z.array(z.string()), rows: z.string() }).nullable(),
});
export type Artefact = z.infer<typeof Artefact>;
export type CriticalPair = Artefact['pairs'][number];

export interface RecordedStep {
  readonly thread: number;
  /** As `siteKey` has it. */
  readonly site: string;
  readonly index: number;
}

/** @throws UsageError for what is no artefact, in a sentence that names `from`. */
export function parseArtefact(value: unknown, from: string): Artefact {
  const parsed = Artefact.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new UsageError(`${from} is no recorded failure: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
}

/** The text of an artefact file. */
export function readArtefact(text: string, from: string): Artefact {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${from} is no recorded failure: it is not JSON`);
  }
  return parseArtefact(value, from);
}

/** An artefact file: a field a line, but lists of small things on one. */
export function writeArtefact(artefact: Artefact): string {
  const fields = Object.entries(artefact).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${fields.join(',\n')}\n}\n`;
}

const COLUMNS = 3;

export function packTrace(steps: readonly RecordedStep[]): NonNullable<Artefact['trace']> {
  const numbers = new Map<string, number>();
  const rows = new Int32Array(COLUMNS * steps.length);
  for (const [i, { thread, site, index }] of steps.entries()) {
    let number = numbers.get(site);
    if (number === undefined) numbers.set(site, (number = numbers.size));
    // A column after the other: like beside like packs better.
    rows[i] = thread;
    rows[steps.length + i] = number;
    rows[2 * steps.length + i] = index;
  }
  return { sites: [...numbers.keys()], rows: deflateRawSync(new Uint8Array(rows.buffer)).toString('base64url') };
}

/** @throws UsageError when it was tampered with */
export function unpackTrace({ sites, rows }: NonNullable<Artefact['trace']>): RecordedStep[] {
  let bytes: Buffer;
  try {
    bytes = inflateRawSync(Buffer.from(rows, 'base64url'));
  } catch {
    throw new UsageError('the trace of the recorded failure is damaged');
  }
  const words = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.byteLength & ~3)));
  const steps = Math.floor(words.length / COLUMNS);
  return Array.from({ length: steps }, (_, i) => ({ thread: words[i], site: sites[words[steps + i]] ?? '?', index: words[2 * steps + i] }));
}
