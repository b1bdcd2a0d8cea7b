/** Memory profiles, as tools read them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { afterAll, describe, expect, it } from 'vitest';
import { sweepgen } from '../support/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('sweepgen run --memprofile', () => {
  it('on two threads under the oracle, gives a profile of every call path', async () => {
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

  it('writes values and paths as go tool pprof -top sums them', async () => {
    const file = join(folder, 'go.pb.gz');
    await sweepgen(['run', 'sites', '--set', 'count=100000', '--memprofile', file, '--memprofile-rate', '1']);
    const { sampleType, defaultSampleType, sample, location, stringTable: { strings }, function: functions } = Profile.decode(gunzipSync(readFileSync(file)));
    expect(sampleType.map(({ type, unit }) => [type, unit].map((at) => strings[Number(at)]))).toEqual([
      ['alloc_objects', 'count'], ['alloc_space', 'bytes'], ['inuse_objects', 'count'], ['inuse_space', 'bytes'],
    ]);
    expect(strings[Number(defaultSampleType)]).toBe('inuse_space');
    const names = new Map(functions.map(({ id, name }) => [id, strings[Number(name)]]));
    const nameOf = new Map(location.map(({ id, line: [{ functionId }] }) => [id, names.get(functionId)]));
    const inuse = (holds: (path: readonly (string | undefined)[]) => boolean): number =>
      sample.filter(({ locationId }) => holds(locationId.map((id) => nameOf.get(id)))).reduce((sum, { value }) => sum + Number(value[3]), 0);
    // 15,000 blocks of 64 bytes and 4,000 of 160; the leaf of a path comes first.
    expect(inuse(([leaf]) => leaf === 'sites.makeNode')).toBe(15_000 * 64);
    expect(inuse((path) => path.includes('sites.serve'))).toBe(15_000 * 64 + 4000 * 160);
    expect(inuse(([leaf]) => leaf === 'sites.serve')).toBe(0);
  });

  it('is consistent if the program changes the rate all the time', async () => {
    const { code, out, err } = await sweepgen(['run', './test/fixtures/workloads/profiles-itself.mjs', '--procs', '3', '--gc-every', '40', '--memprofile-text', '--verify']);
    expect(code).toBe(0);
    expect(out).toMatch(/^heap profile: \d+: \d+ \[\d+: \d+\] @ heap\/2000$/m);
    expect(out).toContain('profiles-itself.allocate');
    // The report goes to stderr, since the profile is on stdout.
    expect(err).toMatch(/^profiles-itself, 3 Ps, .*verified +[\d,]+ checkpoints, nothing wrong\n/s);
  });

  it('refuses a file in no directory before it runs anything', async () => {
    const { code, err, out } = await sweepgen(['run', 'churn', '--memprofile', '/no/such/place.pb.gz']);
    expect([code, out, err]).toEqual([2, '', "sweepgen: /no/such/place.pb.gz can't be written: there is no directory /no/such\n"]);
  });
});
