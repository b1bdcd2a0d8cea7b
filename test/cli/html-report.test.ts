/** --html of every command, and `sweepgen view`. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsIn } from '../../src/report/html.ts';
import { sweepgen } from '../support/in-process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-html-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RECORDED = 'test/schedules/mark-bits-mark-load-or-store.json';

/** A short run of each command that draws, with the exit code that it ends with. The round of this seed has GOGC on. */
const COMMANDS: readonly [line: string, code: number][] = [
  ['start --procs 1 --runs 1', 0],
  ['run tree --set depth=8', 0],
  ['scale tree --objects 500 --procs 1,2 --runs 1', 0],
  ['scale tree --objects 500 --procs 1 --runs 1 --vary workbuf=64,256', 0],
  ['scale tree --objects 500 --model 1,2', 0],
  ['stress churn --seed 4 --rounds 1 --procs 2', 0],
  ['explore mark-bits --executions 5', 0],
  ['explore --mutant mark-load-or-store --seed 1', 1],
  [`replay ${RECORDED}`, 1],
  ['fuzz mark-bits --executions 50 --jobs 1', 0],
  ['mutants mark-load-or-store --seeds 1', 0],
];

describe('--html', () => {
  it.each(COMMANDS)('of "%s" writes a report of the document that --json prints', async (line, code) => {
    const file = join(folder, 'report.html');
    rmSync(file, { force: true });
    const ran = await sweepgen([...line.split(' '), '--json', '--html', file]);
    expect(ran.code, ran.err).toBe(code);
    expect(ran.err).toContain(`Report: ${file}\n`);
    const documents = documentsIn(readFileSync(file, 'utf8'))!;
    expect(documents.map(({ text }) => JSON.parse(text))).toEqual([JSON.parse(ran.out)]);
    expect(documents[0].name).toContain(line.split(' ')[0]);
  });

  it.each(COMMANDS)('of "%s" is refused before the work if its file can\'t be written', async (line) => {
    const { code, out, err } = await sweepgen([...line.split(' '), '--html', join(folder, 'none', 'report.html')]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('report.html');
  });

  it('is refused for stdout, which has the text', async () => {
    const { code, out, err } = await sweepgen(['run', 'tree', '--html', '-']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('--html needs the name of a file');
  });

  it('adds the document that a measurement is compared with', async () => {
    const [old, file] = [join(folder, 'old.json'), join(folder, 'both.html')];
    const words = ['scale', 'tree', '--objects', '500', '--procs', '1', '--runs', '2'];
    writeFileSync(old, (await sweepgen([...words, '--json'])).out);
    await sweepgen([...words, '--compare', old, '--html', file]);
    expect(documentsIn(readFileSync(file, 'utf8'))!.map(({ name }) => name)).toEqual(['scale tree', old]);
  });
});

describe('start', () => {
  it('writes no report with --json or --no-html, unless it is asked to', async () => {
    // A user of this folder may have one.
    const written = () => statSync('sweepgen-report.html', { throwIfNoEntry: false })?.mtimeMs;
    const before = written();
    for (const flag of ['--json', '--no-html']) {
      const { out, err } = await sweepgen(['start', '--procs', '1', '--runs', '1', flag]);
      expect(out + err).not.toContain('Report:');
    }
    expect(written()).toBe(before);
  });
});

describe('view', () => {
  it('draws documents of several files and reports', async () => {
    const [json, report, both] = ['run.json', 'run.html', 'both.html'].map((name) => join(folder, name));
    writeFileSync(json, (await sweepgen(['run', 'tree', '--set', 'depth=8', '--json', '--html', report])).out);
    const { code, out } = await sweepgen(['view', json, report, '--html', both]);
    expect([code, out]).toEqual([0, `Report: ${both}\n`]);
    const documents = documentsIn(readFileSync(both, 'utf8'))!;
    expect(documents.map(({ name }) => name)).toEqual([json, 'run tree']);
    expect(documents[0].text).toBe(documents[1].text);
  });

  it.each([
    ['', 'is neither JSON nor a report'],
    ['<html>', 'is neither JSON nor a report'],
    ['null', 'holds no document of a command that view can draw'],
    ['{"command":"</script>","schema":1}', 'holds no document of a command that view can draw'],
    ['{"command":"run","schema":1}', 'has schema 1, and this version draws 2; run the command again'],
    ['{"command":"run","schema":2}', 'is not what sweepgen run --json has printed'],
    ['{"command":"run","schema":2,"__proto__":{}}', 'is not what sweepgen run --json has printed'],
  ])('refuses %j', async (text, message) => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, text);
    const { code, err } = await sweepgen(['view', file, '--html', join(folder, 'bad.html')]);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(join(folder, 'bad.html'))).toBe(false);
  });
});
