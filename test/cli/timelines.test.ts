/** The commands that record what each thread does: the timeline in the document, and the trace file. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Timeline } from '../../src/report/timeline.ts';
import { TimelineShape } from '../../src/report/timeline-shape.ts';
import { DOING } from '../../src/sync/event-kinds.ts';
import { sweepgen } from '../support/in-process.ts';
import { crossings } from '../support/timeline.ts';
import { cli, collecting, resultOf } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'timelines-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SCALE = ['scale', 'tree', '--objects', '3000', '--procs', '1,2', '--runs', '1'];

/** The timeline in the document that the command prints. */
async function recorded(words: readonly string[]): Promise<Timeline> {
  const { out, err, code } = await sweepgen([...words, '--json', '--record']);
  expect([code, err]).toEqual([0, '']);
  return TimelineShape.parse(JSON.parse(out).timeline);
}

const kindsOf = ({ kinds }: Timeline) => kinds.map(({ name }) => name);

describe('a machine records', () => {
  it.each(['run churn', 'scale tree', 'start --no-html'])('nothing for %s', async (line) => {
    const { started } = await cli(line, collecting);
    expect(started.map(({ recordEvents }) => recordEvents)).toEqual([false]);
  });

  it.each(['run churn --json --record', 'run churn --html x.html', 'run churn --trace x.json', 'scale tree --trace x.pftrace', 'start --json --record'])('its events for %s', async (line) => {
    const { started } = await cli(line, collecting);
    expect(started.map(({ recordEvents }) => recordEvents)).toEqual([true]);
  });

  it('only the last run of the warm-up, if allocation is measured', async () => {
    const { started } = await cli('scale --phase alloc --procs 1,2 --runs 2 --trace x.json');
    expect(started.map(({ recordEvents }) => recordEvents)).toEqual([false, true, false, false, false, false]);
  });
});

describe('the timeline of', () => {
  it('run shows its end', async () => {
    const timeline = await recorded(['run', 'churn', '--procs', '2', '--set', 'count=300000', '--set', 'threads=2']);
    expect(timeline).toMatchObject({ name: 'churn', clock: 'measured', dropped: 0 });
    expect(kindsOf(timeline)).toEqual(expect.arrayContaining(['mutator', 'stop', 'scan', 'sweep']));
    expect(timeline.lanes.flatMap(crossings)).toEqual([]);
  });

  it('scale shows one collection, of the largest number of threads', async () => {
    const timeline = await recorded(SCALE);
    expect(timeline.name).toMatch(/^the last collection of tree-\d+ with 2 threads$/);
    const stop = kindsOf(timeline).indexOf('stop');
    expect(timeline.lanes.flatMap(({ kind }) => kind.filter((each) => each === stop)).length).toBe(1);
    expect(timeline.lanes.length).toBe(2);
  });

  it('scale --phase sweep shows the sweep too', async () => {
    expect(kindsOf(await recorded([...SCALE, '--phase', 'sweep']))).toContain('sweep');
  });

  it('stress shows the last round that ended', async () => {
    const events = [{ lane: 0, kind: DOING.scan, detail: 0, count: 1, startNs: 1000, endNs: 3000 }];
    const { out } = await cli('stress churn --seconds 1 --json --record', () => resultOf({ events: { lanes: 1, events, dropped: 2, older: 0 } }));
    const { timeline, rounds } = JSON.parse(out) as { timeline: Timeline; rounds: number };
    expect(timeline).toMatchObject({ name: `round ${rounds - 1}, churn`, endNs: 2000, dropped: 2 });
  });
});

describe('--trace', () => {
  it('writes a file for a viewer, and says so', async () => {
    const file = join(folder, 'a.json');
    const { out, code } = await sweepgen([...SCALE, '--trace', file]);
    expect(code).toBe(0);
    expect(out).toContain(`Trace: ${file}, for ui.perfetto.dev\n`);
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: { name?: string }[] };
    expect(traceEvents.map(({ name }) => name)).toEqual(expect.arrayContaining(['stop', 'roots', 'scan']));
  });

  it('is refused before the work if the file has another ending', async () => {
    const { code, err, started } = await cli('run churn --trace x.txt');
    expect([code, started.length]).toEqual([2, 0]);
    expect(err).toContain('.pftrace');
  });
});
