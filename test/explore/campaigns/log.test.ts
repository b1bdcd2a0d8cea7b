/** The log of a campaign is read as it was written, however the campaign ended. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT, UsageError } from '../../../src/base/fatal.ts';
import { createLog, readLog, resumeLog, type CampaignLog } from '../../../src/explore/campaigns/log.ts';
import { STATION, failureOf, resultOf } from '../slices.ts';

const HEADER = { sweepgen: '1.2.3', seed: 9, scenarios: ['mark-bits'], set: { procs: 2 }, strategy: 'portfolio', monitors: [], always: false, mutant: null };
const TURN = { station: STATION, lane: 1, seed: 100 };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-log-'));
  path = join(folder, 'campaign.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a slice and a failure of it. */
function write(log: CampaignLog): void {
  log.slice(TURN, resultOf({ executions: 7, seen: { k: 1 } }), 1.5, 6, ['locks: slept']);
  log.failure(failureOf('k'));
}

describe('a log', () => {
  it('is read as it was written', () => {
    write(createLog(path, HEADER));
    const { header, slices, failures } = resumeLog(path).logged;
    expect(header).toMatchObject(HEADER);
    expect([...slices]).toMatchObject([{ ...TURN, executions: 7, steps: 100, at: 1.5, distinct: 6, edges: ['locks: slept'], seen: { k: 1 } }]);
    expect(failures).toEqual([failureOf('k')]);
  });

  it('holds a shrunk failure in full', () => {
    const shrunk = { line: 'v1:x', preemptions: 2, steps: 9, explanation: ['what broke:'], story: [], facts: ['CODE'], table: [{ text: 'M0', kind: 'head' as const }] };
    createLog(path, HEADER).failure(failureOf('k', { shrunk }));
    expect(resumeLog(path).logged.failures).toEqual([failureOf('k', { shrunk })]);
  });

  it('is continued at its end, and never rewritten', () => {
    write(createLog(path, HEADER));
    const before = readFileSync(path, 'utf8');
    const { log } = resumeLog(path);
    log.lost(TURN, 'a worker died');
    log.end('time', 3);
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(before.split('\n').length + 2);
    expect([...resumeLog(path).logged.slices].length).toBe(1);
  });

  it('is read without a change of the file, up to its last complete line', () => {
    const log = createLog(path, HEADER);
    write(log);
    expect(readLog(path)).toMatchObject({ passes: [], ending: '' });
    log.end('time', 3, { 'mark-bits': { 'locks: slept': 4 } });
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, '{"type":"end"');
    expect(readLog(path)).toMatchObject({ passes: [{ 'mark-bits': { 'locks: slept': 4 } }], ending: 'time', end: Buffer.byteLength(whole) });
    expect(readFileSync(path, 'utf8')).toBe(`${whole}{"type":"end"`);
  });

  it('of an older version, without times and passes, is read', () => {
    write(createLog(path, HEADER));
    appendFileSync(path, '{"type":"end","ending":"time","seconds":2}\n');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"at":1.5,', ''));
    const { slices, passes, ending } = readLog(path);
    expect([...slices].map((slice) => slice.type === 'slice' && slice.at)).toEqual([undefined]);
    expect([passes, ending]).toEqual([[], 'time']);
  });

  it('loses no more than the line that was being written when the process was killed', () => {
    write(createLog(path, HEADER));
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, '{"type":"slice","station":{"scen');
    const { log, logged } = resumeLog(path);
    expect(logged.failures.length).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    log.end('time', 1);
    expect(() => resumeLog(path)).not.toThrow();
  });

  it('does not overwrite another file', () => {
    createLog(path, HEADER);
    expect(() => createLog(path, HEADER)).toThrow(/already; go on with that campaign with --resume/);
    expect(() => createLog(join(folder, 'absent', 'x'), HEADER)).toThrow(UsageError);
  });

  it.each([
    ['', 'is no log of a campaign'],
    ['hello\n', 'is no log of a campaign'],
    ['{"type":"campaign","format":99}\n', 'is a log of format 99'],
    [`${JSON.stringify({ type: 'campaign', format: 1, seed: 'x' })}\n`, ':1 is broken'],
    [`${JSON.stringify({ type: 'campaign', format: 1, ...HEADER })}\nnonsense\n${JSON.stringify({ type: 'end', ending: 'time', seconds: 1 })}\n`, ':2 is no line of a campaign'],
  ])('of %j is refused with a sentence', (text, sentence) => {
    writeFileSync(path, text);
    expect(() => resumeLog(path)).toThrow(UsageError);
    expect(() => resumeLog(path)).toThrow(sentence);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('must exist and be writable to be resumed', () => {
    expect(() => resumeLog(path)).toThrow('to resume');
    const log = createLog(path, HEADER);
    rmSync(folder, { recursive: true });
    log.end('time', 1);
    expect(log.error?.exitCode).toBe(EXIT.output);
    expect(log.error?.message).toMatch(/can't be written: .*no such file/);
    folder = mkdtempSync(join(tmpdir(), 'sweepgen-log-'));
  });

  it('takes no line beside those of another process', () => {
    const stopped = createLog(path, HEADER);
    const { log } = resumeLog(path);
    write(log);
    const before = readFileSync(path, 'utf8');
    stopped.end('time', 1);
    expect(stopped.error?.message).toMatch(/^another process has written to the log .*, too; this one ends, and leaves it as it is$/);
    expect(readFileSync(path, 'utf8')).toBe(before);
    log.end('time', 1);
    expect(log.error).toBeUndefined();
  });

  it('is refused if it names scenarios, monitors, lanes or seeds that its campaign cannot have', () => {
    write(createLog(path, HEADER));
    const [header, slice, failure] = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const refusals: readonly (readonly [line: number, changed: Record<string, unknown>, sentence: RegExp])[] = [
      [0, { ...header, monitors: ['who\u001b[31m'] }, /:1 names the monitor 'who\\x1b\[31m', which this sweepgen does not have/],
      [0, { ...header, seed: 2 ** 32 }, /:1 is broken/],
      [1, { ...slice, lane: 1e9 }, /:2 is no line of a campaign/],
      [1, { ...slice, station: { ...(slice.station as object), scenario: 'another' } }, /:2 tells of the scenario 'another', which its campaign does not have/],
      [2, { ...failure, seed: -1 }, /:3 is no line of a campaign/],
    ];
    for (const [at, changed, sentence] of refusals) {
      const lines = [header, slice, failure].with(at, changed);
      writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      expect(() => resumeLog(path)).toThrow(UsageError);
      expect(() => resumeLog(path)).toThrow(sentence);
    }
  });

  it('is read line by line: neither many chunks nor an endless line exhausts the memory', () => {
    write(createLog(path, HEADER));
    const [header, slice] = readFileSync(path, 'utf8').split('\n');
    const count = Math.ceil(3 * 2 ** 20 / slice.length);
    writeFileSync(path, `${header}\n${`${slice}\n`.repeat(count)}`);
    const { logged } = resumeLog(path);
    expect([...logged.slices].length).toBe(count);
    expect([...logged.slices].length).toBe(count);
    writeFileSync(path, `${header}\n${' '.repeat(2 ** 24 + 1)}`);
    expect(() => resumeLog(path)).toThrow(/:2 is longer than 16777216 bytes/);
  });
});
