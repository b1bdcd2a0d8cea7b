/** The log of a campaign is only appended to, by one process at a time. */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { EXIT, UsageError } from '../../../src/base/fatal.ts';
import { createLog, resumeLog } from '../../../src/explore/campaigns/write-log.ts';
import { resultOf } from '../slices.ts';
import { HEADER, TURN, useLogs, writeSome } from './logs.ts';

const logPath = useLogs();
let path: string;
beforeEach(() => {
  path = logPath();
});

describe('a log', () => {
  it('is continued at its end, and never rewritten', () => {
    writeSome(createLog(path, HEADER));
    const before = readFileSync(path, 'utf8');
    const { log } = resumeLog(path);
    log.lost(TURN, 'a worker died');
    log.end('time', 3);
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(before.split('\n').length + 2);
    expect([...resumeLog(path).logged.slices].length).toBe(1);
  });

  it('loses no more than the line that was being written when the process was killed', () => {
    writeSome(createLog(path, HEADER));
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
    expect(() => createLog(logPath('absent/x'), HEADER)).toThrow(UsageError);
  });

  it('must exist and be writable to be resumed', () => {
    expect(() => resumeLog(path)).toThrow('to resume');
    const log = createLog(path, HEADER);
    rmSync(dirname(path), { recursive: true });
    log.end('time', 1);
    expect(log.error?.exitCode).toBe(EXIT.output);
    expect(log.error?.message).toMatch(/can't be written: .*no such file/);
  });

  it('takes no line after another process has written one', () => {
    const stopped = createLog(path, HEADER);
    const { log } = resumeLog(path);
    writeSome(log);
    const before = readFileSync(path, 'utf8');
    stopped.end('time', 1);
    expect(stopped.error?.message).toMatch(/^another process has written to the log .*; this process ends and leaves the log as it is$/);
    expect(readFileSync(path, 'utf8')).toBe(before);
    log.end('time', 1);
    expect(log.error).toBeUndefined();
  });

  it('names the machine that ran a slice, if it is another', () => {
    const log = createLog(path, HEADER);
    log.slice(TURN, resultOf(), 1, 1, []);
    log.slice(TURN, resultOf(), 2, 1, [], 'abcdef0123', 'lab-7');
    expect([...resumeLog(path).logged.slices].map((slice) => 'host' in slice && slice.host)).toEqual([false, 'lab-7']);
  });

  it('that is merged from several is not resumed', () => {
    createLog(path, { ...HEADER, merged: 3 });
    expect(() => resumeLog(path)).toThrow(/campaign\.jsonl is merged from 3 campaigns, and has no seeds of its own to go on with; resume one of them, and merge again$/);
  });
});
