/** An artefact is unchanged after writing and reading it as a line or a file; anything else is refused with a sentence. */
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/fatal.ts';
import { packTrace, readArtefact, unpackTrace, writeArtefact, type Artefact } from '../../../src/explore/failures/artefact.ts';
import { decodeLine, encodeLine, isLine } from '../../../src/explore/failures/line.ts';

const uint = fc.nat();
const hash = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const thread = fc.nat({ max: 64 });
const access = fc.record({ thread, nth: uint });

const artefact: fc.Arbitrary<Artefact> = fc.record({
  schema: fc.constant(1 as const),
  scenario: fc.string(),
  knobs: fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.integer(), { noNullPrototype: true }),
  operations: fc.option(fc.array(fc.array(fc.tuple(fc.string(), fc.integer(), fc.integer())))),
  mutant: fc.option(fc.string()),
  monitors: fc.array(fc.string(), { maxLength: 4 }),
  strategy: fc.string(),
  seed: hash,
  preemptions: fc.array(fc.record({ thread: fc.integer({ min: -1, max: 9 }), at: uint, to: thread })),
  verdict: fc.constantFrom('invariant' as const, 'race' as const, 'deadlock' as const, 'step-limit' as const),
  thread: fc.string(),
  facts: fc.array(fc.string(), { maxLength: 1 }),
  steps: uint,
  checkpoints: fc.record({ every: fc.integer({ min: 1, max: 1000 }), hashes: fc.array(hash) }),
  build: fc.string(),
  pairs: fc.array(fc.tuple(access, access)),
  trace: fc.constant(null),
});

describe('an artefact', () => {
  it('is unchanged in a line', () => {
    fc.assert(fc.property(artefact, (each) => {
      const line = encodeLine(each);
      expect(isLine(line)).toBe(true);
      expect(line).toMatch(/^v1:[\w-]+$/);
      expect(decodeLine(line)).toEqual(each);
    }));
  });

  it('is unchanged in a file, with its trace', () => {
    const steps = fc.array(fc.record({ thread: uint, site: fc.string() }));
    fc.assert(fc.property(artefact, steps, (each, trace) => {
      const whole = { ...each, trace: packTrace(trace) };
      const read = readArtefact(writeArtefact(whole), 'a file');
      expect(read).toEqual(whole);
      expect(unpackTrace(read.trace!)).toEqual(trace);
    }));
  });

  it('keeps only the first fact in a line', () => {
    const [each] = fc.sample(artefact, 1);
    expect(decodeLine(encodeLine({ ...each, facts: ['CODE: one', 'two'] })).facts).toEqual(['CODE: one']);
  });
});

describe('another text', () => {
  const [each] = fc.sample(artefact, { numRuns: 1, seed: 1 });
  const line = encodeLine({ ...each, checkpoints: { every: 1, hashes: Array.from({ length: 40 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0) } });

  it.each([
    ['a line cut short', () => decodeLine(line.slice(0, 100)), /^this line is damaged/],
    ['a line of something else', () => decodeLine('v1:S0ktLgEA'), /^this line is damaged/],
    ['a line of another version', () => decodeLine('v7:abc'), "this line is of another version of sweepgen: it begins with 'v7:', not 'v1:'"],
    ['a file of no JSON', () => readArtefact('v1:', 'x.json'), 'x.json is no recorded failure: it is not JSON'],
    ['a file of another kind', () => readArtefact('{"schema":1}', 'x.json'), /^x\.json is no recorded failure: scenario: /],
    ['a file with a verdict of its own', () => readArtefact(writeArtefact({ ...each, verdict: 'ok' as never }), 'x.json'), /^x\.json is no recorded failure: verdict: /],
    ['a file with a damaged trace', () => unpackTrace('####'), 'the trace of the recorded failure is damaged'],
  ])('is refused: %s', (_, read, message) => {
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});

describe('an artefact from elsewhere', () => {
  const good = fc.sample(artefact, { numRuns: 1, seed: 1 })[0];
  const refusal = (changes: object) => {
    try {
      readArtefact(JSON.stringify({ ...good, ...changes }), 'x.json');
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      return (error as Error).message;
    }
    return '';
  };

  it.each<[what: string, changes: object, field: string]>([
    ['a thread that no machine has', { preemptions: [{ thread: 65, at: 1, to: 0 }] }, 'preemptions.0.thread'],
    ['a critical access of such a thread', { pairs: [[{ thread: 0, nth: 1 }, { thread: 99, nth: 1 }]] }, 'pairs.0.1.thread'],
    ['more preemptions than are ever recorded', { preemptions: Array.from({ length: 100_001 }, () => ({ thread: 0, at: 1, to: 0 })) }, 'preemptions'],
    ['more monitors than there are', { monitors: Array.from({ length: 99 }, () => 'races') }, 'monitors'],
    ['a name without end', { mutant: 'x'.repeat(5000) }, 'mutant'],
    ['operations of more threads than there are', { operations: Array.from({ length: 66 }, () => []) }, 'operations'],
    ['half a number', { operations: [[['put', 0.5]]] }, 'operations.0.0.1'],
  ])('with %s is refused', (_, changes, field) => {
    expect(refusal({})).toBe('');
    expect(refusal(changes)).toContain(`x.json is no recorded failure: ${field}: `);
  });

  it('with control characters is refused with these escaped', () => {
    expect(refusal({ ['\u001b[2J']: 1, knobs: { '\u001b[2J': 'x' } })).toContain('knobs.\\x1b[2J: ');
  });

  it('whose trace unpacks to more than the limit is refused, not unpacked', () => {
    const bomb = deflateRawSync(Buffer.alloc(2 ** 26 + 1, ' ')).toString('base64url');
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(() => unpackTrace(bomb)).toThrow('the trace of the recorded failure is damaged');
  });
});
