import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { afterAll, describe, expect, test } from 'vitest';
import { sweepgen } from '../support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GO = ['/usr/lib/go-1.19/bin/go', '/usr/local/go/bin/go'].find((path) => existsSync(path));

describe('sweepgen run --memprofile', () => {
  test('on two threads under the oracle, gives a profile of every call path', async () => {
    const file = join(folder, 'sites.pb.gz');
    const { code, out } = await sweepgen(['run', 'sites', '--procs', '2', '--set', 'count=50000', '--set', 'threads=2', '--memprofile', file, '--memprofile-rate', '512', '--gc-every', '200', '--verify']);
    expect(code).toBe(0);
    expect(out).toMatch(/verified +[\d,]+ checkpoints, nothing wrong/);
    const { sample, stringTable, function: functions } = Profile.decode(gunzipSync(readFileSync(file)));
    expect(sample).toHaveLength(5);
    expect(functions.map(({ filename }) => stringTable.strings[Number(filename)])).toContain('sweepgen/workloads/sites');
    expect(functions.map(({ name }) => stringTable.strings[Number(name)]).sort()).toEqual(
      ['insert', 'makeEntry', 'makeNode', 'makeToken', 'parse', 'render', 'serve'].map((name) => `sites.${name}`),
    );
  });

  test.skipIf(GO === undefined)('writes what go tool pprof opens', async () => {
    const file = join(folder, 'go.pb.gz');
    await sweepgen(['run', 'sites', '--set', 'count=100000', '--memprofile', file, '--memprofile-rate', '1']);
    const top = execFileSync(GO!, ['tool', 'pprof', '-top', file], { encoding: 'utf8', env: { ...process.env, HOME: folder } });
    expect(top).toContain('Type: inuse_space');
    // 15,000 of 64 bytes and 4,000 of 160.
    expect(top).toMatch(/^ +937\.50kB 60\.00% 60\.00% +937\.50kB 60\.00% +sites\.makeNode$/m);
    expect(top).toMatch(/^ +0 +0% +100% +1562\.50kB +100% +sites\.serve$/m);
  });

  test('of a program that changes the rate all the time is consistent', async () => {
    const { code, out, err } = await sweepgen(['run', './test/fixtures/workloads/profiles-itself.mjs', '--procs', '3', '--gc-every', '40', '--memprofile-text', '--verify']);
    expect(code).toBe(0);
    expect(out).toMatch(/^heap profile: \d+: \d+ \[\d+: \d+\] @ heap\/2000$/m);
    expect(out).toContain('profiles-itself.allocate');
    // The profile has stdout to itself.
    expect(err).toMatch(/^profiles-itself, 3 Ps, .*verified +[\d,]+ checkpoints, nothing wrong\n/s);
  });

  test('refuses a file in no directory before it runs anything', async () => {
    const { code, err, out } = await sweepgen(['run', 'churn', '--memprofile', '/no/such/place.pb.gz']);
    expect([code, out, err]).toEqual([2, '', "sweepgen: /no/such/place.pb.gz can't be written: there is no directory /no/such\n"]);
  });
});
