/** An artefact as one line for `sweepgen replay`: `v1:` and base64url of deflated JSON, without names and without the trace. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { UsageError } from '../../base/fatal.ts';
import { parseArtefact, type Artefact } from './artefact.ts';

const PREFIX = 'v1:';
/** Most bytes that a line unpacks to: a damaged one must not fill the memory. */
const MOST_BYTES = 1 << 24;

type Packed = readonly [
  scenario: string,
  knobs: Artefact['knobs'],
  operations: Artefact['operations'],
  mutant: string | null,
  monitors: readonly string[],
  strategy: string,
  seed: number,
  preemptions: readonly number[],
  verdict: string,
  thread: string,
  facts: readonly string[],
  steps: number,
  every: number,
  hashes: string,
  build: string,
  pairs: readonly number[],
  memory?: string,
  values?: readonly number[],
];

/** Facts that a line keeps: enough to recognise the failure. */
const FACTS = 1;

export function isLine(text: string): boolean {
  return /^v\d+:/.test(text);
}

export function encodeLine(artefact: Artefact): string {
  const { scenario, knobs, operations, mutant, monitors, strategy, seed, verdict, thread, facts, steps, build, memory, values = [] } = artefact;
  const { every, hashes } = artefact.checkpoints;
  const packed: Packed = [
    scenario, knobs, operations, mutant, monitors, strategy, seed,
    artefact.preemptions.flatMap((each) => [each.thread, each.at, each.to]),
    verdict, thread, facts.slice(0, FACTS), steps, every,
    Buffer.from(Uint32Array.from(hashes).buffer).toString('base64url'),
    build,
    artefact.pairs.flatMap((pair) => pair.flatMap((each) => [each.thread, each.nth])),
  ];
  const weak = memory === undefined ? [] : [memory, values.flatMap((each) => [each.thread, each.at, each.part, each.value])];
  return PREFIX + deflateRawSync(JSON.stringify([...packed, ...weak]), { level: 9 }).toString('base64url');
}

/** @throws UsageError if the line is broken, or of another version */
export function decodeLine(line: string): Artefact {
  if (!line.startsWith(PREFIX)) throw new UsageError(`this line is of another version of sweepgen: it begins with '${line.slice(0, line.indexOf(':') + 1)}', not '${PREFIX}'`);
  let packed: Packed;
  try {
    packed = JSON.parse(inflateRawSync(Buffer.from(line.slice(PREFIX.length), 'base64url'), { maxOutputLength: MOST_BYTES }).toString()) as Packed;
    return parseArtefact(unpack(packed), 'this line');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError('this line is damaged: copy it whole, from v1: to its end');
  }
}

function unpack(packed: Packed): Partial<Record<keyof Artefact, unknown>> {
  const [scenario, knobs, operations, mutant, monitors, strategy, seed, preemptions, verdict, thread, facts, steps, every, hashes, build, pairs, memory, values = []] = packed;
  return {
    schema: 1, scenario, knobs, operations, mutant, monitors, strategy, seed, verdict, thread, facts, steps, build,
    preemptions: rows(preemptions, 3).map(([of, at, to]) => ({ thread: of, at, to })),
    checkpoints: { every, hashes: words(hashes) },
    pairs: rows(pairs, 4).map(([a, m, b, n]) => [{ thread: a, nth: m }, { thread: b, nth: n }]),
    trace: null,
    ...(memory !== undefined && { memory, values: rows(values, 4).map(([of, at, part, value]) => ({ thread: of, at, part, value })) }),
  };
}

function rows(numbers: readonly number[], width: number): number[][] {
  return Array.from({ length: Math.ceil(numbers.length / width) }, (_, i) => numbers.slice(i * width, (i + 1) * width));
}

function words(base64url: string): number[] {
  const bytes = Uint8Array.from(Buffer.from(base64url, 'base64url'));
  return [...new Uint32Array(bytes.buffer, 0, bytes.length >> 2)];
}
