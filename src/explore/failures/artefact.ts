/**
 * The artefact of a failure: everything needed to run it again, at a later time and after changes of the source.
 * A file also holds every access; a line (line.ts) does not.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { VERDICTS } from '../execution.ts';
import { MONITOR_NAMES } from '../monitors/catalog.ts';
import { MEMORIES } from '../weak/memory.ts';
import { START } from '../strategies/default-order.ts';

const SCHEMA = 1;
/** Limits on an artefact. The artefacts of sweepgen are far smaller. */
export const MOST = {
  /** Bytes of a file, and of an unpacked trace. */
  fileBytes: 1 << 26,
  traceBytes: 1 << 26,
  /** Characters of a name, and of a strategy with its parameters. */
  name: 4096,
  strategy: 1 << 20,
  /** Threads: the Ms of a machine, and the watcher. */
  threads: 65,
  preemptions: 100_000,
  operations: 100_000,
  facts: 10_000,
} as const;

const count = z.number().int().nonnegative();
const hash = count.max(2 ** 32 - 1);
const name = z.string().max(MOST.name);
const thread = count.max(MOST.threads - 1);

/** Access number `nth` of `thread`, from 0. */
const AccessOf = z.object({ thread, nth: count });

export const Artefact = z.object({
  schema: z.literal(SCHEMA),
  scenario: name,
  /** Knobs that differ from the scenario's defaults. */
  knobs: z.record(name, z.number().int()),
  /** Operations by thread; null for the scenario's default with these knobs. */
  operations: z.array(z.array(z.tuple([name], z.number().int())).max(MOST.operations)).max(MOST.threads).nullable(),
  mutant: name.nullable(),
  /** Names of the monitors that watched. */
  monitors: z.array(name).max(MONITOR_NAMES.length),
  /** The strategy that found the failure, before it was shrunk. */
  strategy: z.string().max(MOST.strategy),
  seed: hash,
  preemptions: z.array(z.object({ thread: thread.or(z.literal(START)), at: count, to: thread })).max(MOST.preemptions),
  /** The memory model; sequential consistency if absent. */
  memory: z.enum(MEMORIES).optional(),
  /** Loads of older values, under a weak memory model. */
  values: z.array(z.object({ thread, at: count, part: count, value: count })).max(MOST.preemptions).optional(),
  verdict: z.enum(VERDICTS).exclude(['ok']),
  /** The thread that threw; '' if none did. */
  thread: name,
  facts: z.array(z.string()).max(MOST.facts),
  /** Accesses to the shared memory. */
  steps: count,
  checkpoints: z.object({ every: count.positive(), hashes: z.array(hash) }),
  /** The build of the generated core that failed. */
  build: name,
  /** Pairs of accesses to one word whose order decides: in the failure the first comes first. */
  pairs: z.array(z.tuple([AccessOf, AccessOf])),
  /** In files only: thread and site of each step, packed. */
  trace: z.string().nullable(),
});
export type Artefact = z.infer<typeof Artefact>;
export type CriticalPair = Artefact['pairs'][number];

export interface RecordedStep {
  readonly thread: number;
  /** As `siteKey` returns it. */
  readonly site: string;
}

/** @throws UsageError if the text is no artefact; its message names `from` */
export function parseArtefact(value: unknown, from: string): Artefact {
  const parsed = Artefact.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new UsageError(`${printable(from)} is no recorded failure: ${path.length === 0 ? '' : `${printable(path.join('.'))}: `}${printable(message, 400)}`);
}

/** Returns the text of an artefact file. */
export function readArtefact(text: string, from: string): Artefact {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${printable(from)} is no recorded failure: it is not JSON`);
  }
  return parseArtefact(value, from);
}

/** Formats an artefact: one line for each field, and lists of small items on one line. */
export function writeArtefact(artefact: Artefact): string {
  const fields = Object.entries(artefact).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${fields.join(',\n')}\n}\n`;
}

const Packed = z.object({ sites: z.array(z.string()), threads: z.array(z.number()), at: z.array(z.number()) });

/** Packs rows as deflated JSON in base64url, column by column: equal values in sequence compress better. */
export function packTrace(steps: readonly RecordedStep[]): string {
  const numbers = new Map<string, number>();
  const at = steps.map(({ site }) => {
    if (!numbers.has(site)) numbers.set(site, numbers.size);
    return numbers.get(site)!;
  });
  const packed: z.infer<typeof Packed> = { sites: [...numbers.keys()], threads: steps.map(({ thread }) => thread), at };
  return deflateRawSync(JSON.stringify(packed), { level: 9 }).toString('base64url');
}

/** @throws UsageError if the text is damaged */
export function unpackTrace(trace: string): RecordedStep[] {
  try {
    const { sites, threads, at } = Packed.parse(JSON.parse(inflateRawSync(Buffer.from(trace, 'base64url'), { maxOutputLength: MOST.traceBytes }).toString()));
    return threads.map((thread, i) => ({ thread, site: sites[at[i]] ?? '?' }));
  } catch {
    throw new UsageError('the trace of the recorded failure is damaged');
  }
}
