/** `stress --queue`: rounds that workers run, over a queue in a folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/base/fatal.ts';
import { HeapBroken } from '../../src/run/errors.ts';
import { cli, cycleOf, resultOf, type Outcome, type Play } from './fakes.ts';

describe('stress --queue', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sweepgen-stress-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs stress, and a worker whose machines behave as `play` says. */
  async function withWorker(line: string, play: Play, url = `file:${folder}`): Promise<{ readonly stress: Outcome; readonly worker: Outcome }> {
    const stop = new AbortController();
    const env = { SWEEPGEN_QUEUE: url };
    const worker = cli('worker --jobs 2', play, { signal: stop.signal, env });
    const stress = await cli(line, () => new Error('it ran here'), { env });
    stop.abort();
    return { stress, worker: await worker };
  }

  const verified: Play = ({ onCycle }) => {
    onCycle?.(cycleOf());
    return resultOf();
  };

  it('counts the rounds of the workers', async () => {
    const { stress, worker } = await withWorker(`stress --seed 7 --seconds 2 --queue env:SWEEPGEN_QUEUE`, verified);
    expect(stress.code).toBe(EXIT.ok);
    const [, rounds, collections] = /^(\d+) rounds, (\d+) verified collections, nothing wrong$/m.exec(stress.out)!.map(Number);
    expect(rounds).toBeGreaterThan(3);
    expect(collections).toBe(rounds);
    expect(stress.started).toEqual([]);
    expect(worker.out).toMatch(/^\d+ jobs done$/m);
  });

  it('reports a failed round as if it had run in this process, with the command that repeats it', async () => {
    const seeds: number[] = [];
    await cli('stress --seed 7 --seconds 1', (options) => {
      seeds.push(options.seed!);
      return verified(options);
    });
    const breaking: Play = (options) => (options.seed === seeds[2] ? new HeapBroken('FREELIST_COUNT', ['FREELIST_COUNT: span 3']) : verified(options));
    const here = await cli('stress --seed 7 --seconds 60', breaking);
    const { stress } = await withWorker(`stress --seed 7 --seconds 60 --queue file:${folder}`, breaking);
    expect(here.code).toBe(EXIT.invariant);
    expect(stress.code).toBe(here.code);
    const repeated = (outcome: Outcome): string => /^repeat it with: .*$/m.exec(outcome.out)![0];
    expect(repeated(stress)).toBe(repeated(here));
    expect(stress.err).toContain(here.err);
  });

  it.each([
    ['churn --trace t.json', "--trace records rounds of this process, and with --queue other processes run them; leave one of the two out"],
    ['--record --json', "--record records rounds of this process, and with --queue other processes run them; leave one of the two out"],
  ])('refuses %s', async (words, sentence) => {
    const { code, err } = await cli(`stress ${words} --queue file:${folder}`);
    expect(code).toBe(EXIT.usage);
    expect(err).toContain(sentence);
  });

  it('refuses a variable that is not set', async () => {
    const { code, err } = await cli('stress --queue env:SWEEPGEN_QUEUE');
    expect([code, err]).toEqual([EXIT.usage, 'sweepgen: --queue env:SWEEPGEN_QUEUE: there is no variable SWEEPGEN_QUEUE; set it to the URL of the queue\n']);
  });
});
