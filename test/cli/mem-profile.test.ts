import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import type { MemProfile } from '../../src/inspect/memprofile.ts';
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

  it('writes it to the file, and prints the command that shows it', async () => {
    const { files, err, code } = await cli('run churn --memprofile out.pb.gz', () => resultOf({ memProfile }));
    expect(code).toBe(0);
    expect(Number(Profile.decode(gunzipSync(files.get('out.pb.gz')!)).period)).toBe(4096);
    expect(err).toBe('memory profile written to out.pb.gz; look at it with go tool pprof -top out.pb.gz\n');
  });

  it.each(['--memprofile-text', '--memprofile-text -', '--memprofile-text=-'])('prints the text alone on stdout with %s, and the report on stderr', async (flag) => {
    const { out, err } = await cli(`run churn ${flag}`, () => resultOf({ memProfile }));
    const lines = out.split('\n');
    expect(lines[0]).toBe('heap profile: 6: 384 [10: 640] @ heap/8192');
    expect(lines.slice(-2)).toEqual(['# DebugGC = false', '']);
    expect(err).toMatch(/^churn, 2 Ps, /);
  });

  it('writes the text to a file, and the report or a JSON document to stdout', async () => {
    for (const flags of ['--memprofile-text heap.txt', '--memprofile-text heap.txt --json']) {
      const { out, err, files } = await cli(`run churn ${flags}`, () => resultOf({ memProfile }));
      expect(Buffer.from(files.get('heap.txt')!).toString()).toMatch(/^heap profile: 6: 384 .*\n(.*\n)*# DebugGC = false\n$/);
      expect(err).toBe('memory profile written to heap.txt\n');
      expect(out).not.toContain('heap profile');
    }
  });

  it('leaves stdout to a dump of the memory, too', async () => {
    const { out, err } = await cli('run churn --memorydump -', () => resultOf({ memProfile }), { writeText: async () => {} });
    expect(out).toBe('');
    expect(err).toMatch(/^churn, 2 Ps, /);
  });

  it('notes an empty profile, and suggests a finer rate', async () => {
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
    ['run churn --memprofile-text --json', '--memprofile-text and --json both print on stdout; give one of them a file'],
    ['run churn --memprofile-text --memorydump -', '--memprofile-text and --memorydump - both print on stdout; give one of them a file'],
    ['run churn --memorydump - --json', '--memorydump - and --json both print on stdout; give one of them a file'],
    ['run --memprofile-text tree', "--memprofile-text tree would write to a file 'tree'; put --memprofile-text last, or write --memprofile-text=./tree"],
  ])('refuses "%s"', async (line, sentence) => {
    const { code, err, started } = await cli(line);
    expect([code, err, started.length]).toEqual([2, line.includes('--json') ? expect.stringContaining(sentence) : `sweepgen: ${sentence}\n`, 0]);
  });

  it.each(['--memprofile', '--memprofile-text'])('checks before the run that the file of %s can be written', async (flag) => {
    const { code, err, started } = await cli(`run churn ${flag} /nowhere/out.pb.gz`, undefined, {
      checkWritable: (path) => {
        throw new UsageError(`${path} can't be written: there is no directory /nowhere`);
      },
    });
    expect([code, err, started.length]).toEqual([2, "sweepgen: /nowhere/out.pb.gz can't be written: there is no directory /nowhere\n", 0]);
  });
});
