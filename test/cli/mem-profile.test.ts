import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import type { MemProfile } from '../../src/report/memprofile.ts';
import { cli, memstats, resultOf } from './fakes.ts';

const memProfile: MemProfile = {
  rate: 4096,
  records: [{ bytes: 64, allocs: 10, frees: 4, stack: [{ address: 0x401010, name: 'churn.fill', file: 'churn' }] }],
};

describe('sweepgen run with a memory profile', () => {
  it('asks for none unless told to', async () => {
    const { started, files } = await cli('run churn');
    expect(started[0].memprofileRate).toBe(0);
    expect(files.size).toBe(0);
  });

  it.each([
    ['--memprofile out.pb.gz', 512 << 10],
    ['--memprofile-text', 512 << 10],
    ['--memprofile out.pb.gz --memprofile-rate 4096', 4096],
    ['--memprofile-text --memprofile-rate 64K', 64 << 10],
    ['--memprofile-text --memprofile-rate 1', 1],
  ])('samples as %s says', async (flags, rate) => {
    const { started } = await cli(`run churn ${flags}`, () => resultOf({ memProfile }));
    expect(started[0].memprofileRate).toBe(rate);
  });

  it('writes it to the file, and says how to look at it', async () => {
    const { files, err, code } = await cli('run churn --memprofile out.pb.gz', () => resultOf({ memProfile }));
    expect(code).toBe(0);
    expect(Number(Profile.decode(gunzipSync(files.get('out.pb.gz')!)).period)).toBe(4096);
    expect(err).toBe('memory profile written to out.pb.gz; look at it with go tool pprof -top out.pb.gz\n');
  });

  it('prints it as text before the summary', async () => {
    const { out, err } = await cli('run churn --memprofile-text', () => resultOf({ memProfile }));
    expect(out.split('\n')[0]).toBe('heap profile: 6: 384 [10: 640] @ heap/8192');
    expect(out).toContain('\n# runtime.MemStats\n');
    expect(err).toBe('');
  });

  it('says so when the rate was too coarse to sample anything, and what would do', async () => {
    const result = resultOf({ memProfile: { rate: 512 << 10, records: [] }, memstats: { ...memstats, TotalAlloc: 200_000 } });
    for (const flags of ['--memprofile-text', '--memprofile out.pb.gz']) {
      const { err, code } = await cli(`run churn ${flags}`, () => result);
      expect(code).toBe(0);
      expect(err).toContain('the memory profile is empty: of the 195 KB allocated a sample was due only every 512 KB; try --memprofile-rate 128\n');
    }
  });

  it.each([
    ['run churn --memprofile-rate 4096', '--memprofile-rate needs a profile to be asked for; add --memprofile FILE or --memprofile-text'],
    ['run churn --memprofile-text --memprofile-rate 0', "--memprofile-rate must be a number of bytes from 1 to 1G, such as 4096 or 512K, not '0'"],
    ['run churn --memprofile-text --memprofile-rate often', "--memprofile-rate must be a number of bytes from 1 to 1G, such as 4096 or 512K, not 'often'"],
    ['run churn --memprofile-text --json', '--memprofile-text and --json both print on stdout; write the profile with --memprofile FILE instead'],
  ])('refuses "%s"', async (line, sentence) => {
    const { code, err, started } = await cli(line);
    expect([code, err, started.length]).toEqual([2, line.includes('--json') ? expect.stringContaining(sentence) : `sweepgen: ${sentence}\n`, 0]);
  });

  it('finds out before the run that the file can not be written', async () => {
    const { code, err, started } = await cli('run churn --memprofile /nowhere/out.pb.gz', undefined, {
      checkWritable: (path) => {
        throw new UsageError(`${path} can't be written: there is no directory /nowhere`);
      },
    });
    expect([code, err, started.length]).toEqual([2, "sweepgen: /nowhere/out.pb.gz can't be written: there is no directory /nowhere\n", 0]);
  });
});
