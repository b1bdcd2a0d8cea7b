/** Documents for --compare: each is validated before it is used. */
import { describe, expect, it } from 'vitest';
import { scaleDocument, sweepDocument } from '../../src/report/json.ts';
import { readScaleDocument } from '../../src/report/read-document.ts';
import { scalingOf } from '../support/scaling.ts';

type Changed = Record<string, unknown> & { results: Record<string, unknown>[] };

const text = scaleDocument(scalingOf({ 1: 80, 2: 40 }));
const read = (change: (document: Changed) => void) => () => {
  const document = JSON.parse(text) as Changed;
  change(document);
  return readScaleDocument('old.json', JSON.stringify(document));
};

describe('readScaleDocument', () => {
  it('reads the output of scale --json', () => {
    expect(read(() => {})()).toMatchObject({ phase: 'mark', results: [{ procs: 1 }, { procs: 2 }] });
  });

  it('drops fields of later versions', () => {
    const later = read((d) => { d.results[0].more = 1; d.more = {}; })();
    expect(later).toEqual(read(() => {})());
  });

  it.each<[string, (document: Changed) => void, string]>([
    ['a time below zero', (d) => { d.results[0].ns = [1, -1]; }, 'results.0.ns.1 -1: at least 0'],
    ['a time above the limit', (d) => { d.results[1].medianNs = 1e300; }, 'results.1.medianNs 1e+300: at most 1000000000000000'],
    ['a time that is no number', (d) => { d.results[0].ns = ['\u001b[31m']; }, 'results.0.ns.0: expected number, received string'],
    ['too many runs', (d) => { d.results[0].ns = Array.from({ length: 1001 }, () => 1); }, 'results.0.ns: at most 1000 entries'],
    ['no results', (d) => { d.results = []; }, 'results: at least 1 entry'],
    ['too many results', (d) => { d.results = Array.from({ length: 129 }, (_, i) => ({ ...d.results[0], procs: i + 1 })); }, 'results: at most 128 entries'],
    ['a duplicate number of threads', (d) => { d.results[1].procs = 1; }, 'results: each number of threads only once'],
    ['zero threads', (d) => { d.results[0].procs = 0; }, 'results.0.procs 0: more than 0'],
    ['a name that is too long', (d) => { (d.heap as Record<string, unknown>).name = 'x'.repeat(10_001); }, 'heap.name: at most 10000 characters'],
  ])('refuses %s', (_, change, problem) => {
    expect(read(change)).toThrow(`old.json is not what sweepgen scale --json has printed: ${problem}`);
  });

  it('refuses the measurements of a sweep', () => {
    const both = sweepDocument('workbuf', [64, 1024].map((workbuf) => scalingOf({ 1: 80 }, { settings: { policy: 'go1.3', workbuf } })));
    expect(() => readScaleDocument('both.json', both)).toThrow('both.json has a measurement for each value of a setting; compare with one that was made without --vary');
  });

  it("escapes control characters in the file's name", () => {
    expect(() => readScaleDocument('\u001b[2J.json', '')).toThrow('\\x1b[2J.json is no JSON');
  });
});
