/** Output fits the width of the terminal, without loss. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableLine } from '../../src/explore/failures/lane-table.ts';
import { formatFacts, formatTable, paintHeads, type Column } from '../../src/report/table.ts';
import { wrap } from '../../src/report/wrap.ts';
import { tableText } from '../../src/cli/lane-table-text.ts';
import { cli, collecting, terminalOf } from './fakes.ts';

const right = (head: string): Column => ({ head, align: 'right' });

describe('a table', () => {
  const COLUMNS = [right('threads'), right('mark time'), right('95 % interval'), right('speedup')];
  const ROWS = [['1', '12 ms', '11 – 13', '1.00'], ['2', '7 ms', '6 – 8', '1.71']];

  it('continues wide tables below, with the first column repeated', () => {
    expect(formatTable(COLUMNS, ROWS, 34)).toEqual([
      'threads  mark time  95 % interval',
      '      1      12 ms        11 – 13',
      '      2       7 ms          6 – 8',
      '',
      'threads  speedup',
      '      1     1.00',
      '      2     1.71',
    ]);
    expect(formatTable(COLUMNS, ROWS)).toHaveLength(3);
  });

  it('keeps every cell within the width, whatever the text', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '9'), minLength: 1, maxLength: 20 }).map((text) => text.replaceAll(' ', '_'));
    const table = fc.integer({ min: 1, max: 12 }).chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 4 }));
    fc.assert(fc.property(table, fc.integer({ min: 60, max: 200 }), ([head, ...rows], width) => {
      const lines = formatTable(head.map(right), rows, width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      const words = new Set(lines.flatMap((line) => line.split(/ +/)));
      for (const text of [...head, ...rows.flat()]) expect(words).toContain(text);
    }));
  });

  it('cuts a cell that is wider than the terminal', () => {
    expect(formatTable([right('a'), { head: 'b', align: 'left' }], [['1', 'x'.repeat(100)]], 60)[1]).toBe(`1  ${'x'.repeat(56)}…`);
  });

  it('paints the head of each part', () => {
    expect(paintHeads(['a', '1', '', 'b', '2'], (text) => `<${text}>`)).toEqual(['<a>', '1', '', '<b>', '2']);
  });
});

describe('prose', () => {
  it('continues facts below their first line', () => {
    expect(formatFacts([['a', 'one two three'], ['long', 'four']], 14)).toEqual(['a     one two', '      three', 'long  four']);
  });

  it('wraps words, and gives a longer word a line of its own', () => {
    expect(wrap('a bb abcdefghij c', 4)).toEqual(['a bb', 'abcdefghij', 'c']);
    expect(wrap('no width, no wrapping')).toEqual(['no width, no wrapping']);
  });
});

describe('a lane table', () => {
  const TABLE: TableLine[] = [
    { kind: 'head', text: '  step  M0            │ M1            │ source' },
    { kind: 'access', text: '     3  load a.b = 1  │               │ src/a.ts:1 read' },
    { kind: 'between', text: '        … 4 accesses …' },
    { kind: 'critical', text: '▶    9                │ store a.b 1 → 2 │ src/b.ts:20 write' },
  ];

  it('is unchanged if it fits', () => {
    expect(tableText(TABLE, false, 80)).toEqual(TABLE.map(({ text }) => text));
  });

  it('has one access a line, with its thread in front, if it does not fit', () => {
    expect(tableText(TABLE, false, 40)).toEqual([
      '   step  thread: access', '        source',
      '     3  M0: load a.b = 1', '        src/a.ts:1 read',
      '… 4 accesses …',
      '▶    9  M1: store a.b 1 → 2', '        src/b.ts:20 write',
    ]);
  });

  it("can't be controlled by the words in it", () => {
    expect(tableText([{ kind: 'access', text: '     3  load \x1b[2J = 1 │ src/a.ts:1 read' }], false)[0]).toContain('load \\x1b[2J = 1');
  });
});

describe('at 60 and 150 columns', () => {
  const COMMANDS = ['', 'start', 'run', 'scale', 'calibrate', 'stress', 'explore', 'fuzz', 'replay', 'mutants', 'sequence', 'help', 'completion'];
  it.each([60, 150])('shows the help of every command within %i', async (outWidth) => {
    for (const command of COMMANDS) {
      let out = '';
      await cli(`${command} --help`, undefined, { terminal: terminalOf({ out: (text) => void (out += text), outWidth }) });
      // A command line is not wrapped, so that it can be copied.
      const lines = out.split('\n').filter((line) => !/^ {2}(sweepgen|source) /.test(line));
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(outWidth);
      if (command === 'run') expect(Math.max(...lines.map(({ length }) => length))).toBeGreaterThan(outWidth - 12);
    }
  });

  it('shows a measurement within the width', async () => {
    let out = '';
    await cli('scale tree --procs 1,2,4 --runs 9', collecting, { terminal: terminalOf({ out: (text) => void (out += text), outWidth: 60 }) });
    expect(out.match(/^threads/gm)?.length).toBeGreaterThan(1);
    for (const line of out.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(60);
  });
});
