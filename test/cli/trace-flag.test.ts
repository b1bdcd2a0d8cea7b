/** The flag --trace: which file each command writes, and what it refuses before the work. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { PredictionDocument } from '../../src/report/prediction-document.ts';
import { readTrace, type ReadProcess } from '../support/read-trace.ts';
import { cli } from './fakes.ts';

const FAILURE = join(ROOT, 'test/schedules/mark-bits-mark-load-or-store.json');
const MODEL = 'scale tree --model 1,3 --objects 2000 --machine xeon-2';

function kindsOf({ threads }: ReadProcess): Set<string> {
  return new Set(threads.flatMap(({ slices }) => slices.map(({ name }) => name)));
}

describe('a trace of a prediction', () => {
  it('shows each thread of the largest number, and is named at the end', async () => {
    const { code, out, files } = await cli(`${MODEL} --trace t.pftrace`);
    expect([code, out.endsWith('Trace: t.pftrace, for ui.perfetto.dev\n')]).toEqual([0, true]);
    const [process, ...others] = readTrace(files.get('t.pftrace')!, 't.pftrace');
    expect(others).toEqual([]);
    expect(process.name).toBe('mark of tree-2000, 3 threads (predicted, virtual time)');
    expect(process.threads.map(({ name }) => name)).toEqual(['M 0', 'M 1', 'M 2']);
    expect([...kindsOf(process)]).toEqual(expect.arrayContaining(['roots', 'root', 'flush', 'scan', 'getfull spin']));
  });

  it('is named on stderr beside a document, which holds the timeline only if it is recorded', async () => {
    const { out, err, files } = await cli(`${MODEL} --trace t.json.gz --json`);
    expect(err).toContain('Trace: t.json.gz');
    expect(PredictionDocument.parse(JSON.parse(out)).timeline).toBeDefined();
    expect(readTrace(files.get('t.json.gz')!, 't.json.gz')).toHaveLength(1);
    expect(PredictionDocument.parse(JSON.parse((await cli(`${MODEL} --json`)).out))).not.toHaveProperty('timeline');
    expect(PredictionDocument.parse(JSON.parse((await cli(`${MODEL} --json --record`)).out)).timeline?.lanes).toHaveLength(3);
  });

  it('has the timeline of the compared document beside its own', async () => {
    const before = (await cli(`${MODEL} --json --record`)).out;
    const { files } = await cli(`${MODEL} --policy tuned --trace t.json --compare before.json`, undefined, { readText: () => before });
    const [now, earlier] = readTrace(files.get('t.json')!, 't.json');
    expect([now.threads.length, earlier.threads.length]).toEqual([3, 3]);
    expect(earlier.threads).not.toEqual(now.threads);
  });
});

describe('a trace of an execution', () => {
  it('is of the failure that explore has shrunk', async () => {
    const { code, out, files } = await cli('explore --mutant mark-load-or-store --seed 1 --executions 500 --trace lost.pftrace');
    expect([code, out.endsWith('Trace: lost.pftrace, for ui.perfetto.dev\n')]).toEqual([1, true]);
    const [process] = readTrace(files.get('lost.pftrace')!, 'lost.pftrace');
    expect(process.name).toMatch(/^mark-bits on \d Ps, with mark-load-or-store planted: invariant \(1 µs is one access\)$/);
    expect([...kindsOf(process)]).toEqual(expect.arrayContaining(['critical access', 'preempted', 'casMark()']));
  });

  it('is of the last execution if none fails', async () => {
    const { code, files } = await cli('explore mark-bits --executions 3 --seed 5 --trace ok.json');
    expect(code).toBe(0);
    const [process] = readTrace(files.get('ok.json')!, 'ok.json');
    expect(process.name).toBe('mark-bits on 3 Ps: ok (1 µs is one access)');
  });

  it('is of the failure that is replayed; the flag --trace alone shows every access as before', async () => {
    const { code, out, files } = await cli(`replay ${FAILURE} --trace --trace-file r.pftrace`);
    expect([code, out.includes('…')]).toEqual([1, false]);
    const [process] = readTrace(files.get('r.pftrace')!, 'r.pftrace');
    expect(process.threads.map(({ name }) => name)).toEqual(['M0', 'M1']);
    expect((await cli(`replay ${FAILURE} --trace`)).files.size).toBe(0);
  });
});

describe('the name of a trace file', () => {
  it.each([`${MODEL} --trace t.txt`, 'explore mark-bits --executions 1 --trace t.txt', `replay ${FAILURE} --trace-file t.txt`])('is checked before the work of "%s"', async (line) => {
    const { code, out, err, files } = await cli(line);
    expect([code, out, files.size]).toEqual([2, '', 0]);
    expect(err).toContain("sweepgen: the trace file 't.txt' has another ending than .pftrace (Perfetto), .json or .json.gz (Chrome)");
  });
});
