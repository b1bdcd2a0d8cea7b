/** The log of a campaign is read as it was written, however the campaign ended. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/fatal.ts';
import { LogReader, closedIn, isLog, readLog } from '../../../src/explore/campaigns/read-log.ts';
import { createLog } from '../../../src/explore/campaigns/write-log.ts';
import { failureOf } from '../slices.ts';
import { HEADER, TURN, useLogs, writeSome } from './logs.ts';

const logPath = useLogs();
let path: string;
beforeEach(() => {
  path = logPath();
});

describe('a log', () => {
  it('is read as it was written', () => {
    writeSome(createLog(path, HEADER));
    const { header, slices, failures } = readLog(path);
    expect(header).toMatchObject(HEADER);
    expect([...slices]).toMatchObject([{ ...TURN, executions: 7, steps: 100, at: 1.5, distinct: 6, edges: ['locks: slept'], seen: { k: 1 } }]);
    expect(failures).toEqual([failureOf('k')]);
  });

  it('holds a shrunk failure in full', () => {
    const shrunk = { line: 'v1:x', preemptions: 2, steps: 9, explanation: ['what broke:'], story: [], facts: ['CODE'], table: [{ text: 'M0', kind: 'head' as const }] };
    createLog(path, HEADER).failure(failureOf('k', { shrunk }));
    expect(readLog(path).failures).toEqual([failureOf('k', { shrunk })]);
  });

  it('is read without a change of the file, up to its last complete line', () => {
    const log = createLog(path, HEADER);
    writeSome(log);
    expect(readLog(path)).toMatchObject({ parts: [], ending: '' });
    log.end('time', 3, { 'mark-bits': { 'locks: slept': 4 } });
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, '{"type":"end"');
    expect(readLog(path)).toMatchObject({ parts: [{ ending: 'time', seconds: 3, passes: { 'mark-bits': { 'locks: slept': 4 } } }], ending: 'time', end: Buffer.byteLength(whole) });
    expect(readFileSync(path, 'utf8')).toBe(`${whole}{"type":"end"`);
  });

  it('of an older version, without times and passes, is read', () => {
    writeSome(createLog(path, HEADER));
    appendFileSync(path, '{"type":"end","ending":"time","seconds":2}\n');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"at":1.5,', ''));
    const { slices, parts, ending } = readLog(path);
    expect([...slices].map((slice) => slice.type === 'slice' && slice.at)).toEqual([undefined]);
    expect([parts, ending]).toEqual([[{ type: 'end', ending: 'time', seconds: 2 }], 'time']);
  });

  it.each([
    ['', 'is no log of a campaign'],
    ['hello\n', 'is no log of a campaign'],
    ['{"type":"campaign","format":99}\n', 'is a log of format 99'],
    [`${JSON.stringify({ type: 'campaign', format: 1, seed: 'x' })}\n`, ':1 is broken'],
    [`${JSON.stringify({ type: 'campaign', format: 1, ...HEADER })}\nnonsense\n${JSON.stringify({ type: 'end', ending: 'time', seconds: 1 })}\n`, ':2 is no line of a campaign'],
  ])('of %j is refused with a sentence', (text, sentence) => {
    writeFileSync(path, text);
    expect(() => readLog(path)).toThrow(UsageError);
    expect(() => readLog(path)).toThrow(sentence);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('is refused if it names scenarios, monitors, lanes or seeds that its campaign cannot have', () => {
    writeSome(createLog(path, HEADER));
    const [header, slice, failure] = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const refusals: readonly (readonly [line: number, changed: Record<string, unknown>, sentence: RegExp])[] = [
      [0, { ...header, monitors: ['who\u001b[31m'] }, /:1 names the monitor 'who\\x1b\[31m', which this sweepgen does not have/],
      [0, { ...header, seed: 2 ** 32 }, /:1 is broken/],
      [1, { ...slice, lane: 1e9 }, /:2 is no line of a campaign/],
      [1, { ...slice, station: { ...(slice.station as object), scenario: 'another' } }, /:2 tells of the scenario 'another', which its campaign does not have/],
      [1, { ...slice, host: 'h'.repeat(256) }, /:2 is no line of a campaign/],
      [2, { ...failure, seed: -1 }, /:3 is no line of a campaign/],
      [2, { type: 'end', ending: 'boredom', seconds: 1 }, /:3 is no line of a campaign/],
    ];
    for (const [at, changed, sentence] of refusals) {
      const lines = [header, slice, failure].with(at, changed);
      writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      expect(() => readLog(path)).toThrow(UsageError);
      expect(() => readLog(path)).toThrow(sentence);
    }
  });

  it('is read line by line: neither many chunks nor an endless line exhausts the memory', () => {
    writeSome(createLog(path, HEADER));
    const [header, slice] = readFileSync(path, 'utf8').split('\n');
    const count = Math.ceil(3 * 2 ** 20 / slice.length);
    writeFileSync(path, `${header}\n${`${slice}\n`.repeat(count)}`);
    const logged = readLog(path);
    expect([...logged.slices].length).toBe(count);
    expect([...logged.slices].length).toBe(count);
    writeFileSync(path, `${header}\n${' '.repeat(2 ** 24 + 1)}`);
    expect(() => readLog(path)).toThrow(/:2 is longer than 16777216 bytes/);
  });

  it('that was cut at any byte is read up to the last line before', () => {
    const log = createLog(path, HEADER);
    writeSome(log);
    log.verified({ key: 'k', state: 'fixed', sweepgen: '2', build: 'b' });
    log.end('time', 3);
    const bytes = readFileSync(path);
    const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at + 1] : []));
    for (let length = ends[0]; length <= bytes.length; length += 7) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(readLog(path).end).toBe(ends.findLast((end) => end <= length));
    }
  });

  it('is read further from where reading ended, even within an incomplete line', () => {
    const log = createLog(path, HEADER);
    writeSome(log);
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.slice(0, -5));
    const reader = new LogReader(path);
    expect([...reader.lines()].map(({ type }) => type)).toEqual(['slice']);
    expect([...reader.lines()]).toEqual([]);
    appendFileSync(path, `${whole.slice(-5)}nonsense\n`);
    const rest = reader.lines();
    expect(rest.next().value).toMatchObject({ type: 'failure' });
    expect(() => rest.next()).toThrow(/:4 is no line/);
    expect(reader.end).toBe(Buffer.byteLength(whole));
    writeFileSync(path, whole.slice(0, 9));
    expect(() => reader.lines().next()).toThrow(/has become shorter while it was read; run the command again/);
  });

  it('is recognised by its first line', () => {
    createLog(path, HEADER);
    expect([isLog(path), isLog(logPath('absent'))]).toEqual([true, false]);
    writeFileSync(path, '{"type":"heap",}');
    expect(isLog(path)).toBe(false);
  });
});

describe('a kind of failure', () => {
  const shrunk = 'it was not shrunk';

  it('is closed once it was verified to be fixed, and open when it is seen again, with the failure that was seen then', () => {
    const log = createLog(path, HEADER);
    log.failure(failureOf('k', { seed: 1, shrunk }));
    log.failure(failureOf('other', { seed: 1, shrunk }));
    for (const state of ['diverged', 'fails', 'fixed'] as const) {
      expect(closedIn(readLog(path))).toEqual([]);
      log.verified({ key: 'k', state, sweepgen: '2', build: 'b' });
    }
    expect(closedIn(readLog(path))).toEqual(['k']);
    log.failure(failureOf('k', { seed: 2 }));
    expect(closedIn(readLog(path))).toEqual([]);
    log.failure(failureOf('k', { seed: 2, shrunk }));
    expect(readLog(path)).toMatchObject({ failures: [{ key: 'k', seed: 2, shrunk }, { key: 'other', seed: 1 }], verified: new Map() });
  });

  it('that was never seen is not closed, and a verification does not count as the end', () => {
    const log = createLog(path, HEADER);
    log.failure(failureOf('k'));
    log.end('time', 1);
    log.verified({ key: 'k', state: 'fails', sweepgen: '2', build: 'b' });
    log.verified({ key: 'made up', state: 'fixed', sweepgen: '2', build: 'b' });
    expect([closedIn(readLog(path)), readLog(path).ending]).toEqual([[], 'time']);
  });
});
