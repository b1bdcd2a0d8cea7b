/** --json: one document on stdout for every command, and errors as documents on stderr. */
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT, Fatal } from '../../src/base/fatal.ts';
import { HeapBroken } from '../../src/run/errors.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { CalibrateDocument, calibrateDocument } from '../../src/cli/calibrate-document.ts';
import { CatalogDocument } from '../../src/cli/catalog-document.ts';
import { SequenceDocument } from '../../src/cli/sequence-document.ts';
import { StressDocument } from '../../src/cli/stress-document.ts';
import { MUTANTS } from '../../src/mutants/catalog.ts';
import { ScaleDocument } from '../../src/report/json.ts';
import { cli, collecting, cycleOf, resultOf } from './fakes.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('a document', () => {
  it('of stress counts rounds and verified collections', async () => {
    let now = 0;
    const { code, out, err } = await cli('stress --seed 5 --seconds 10 --json', () => resultOf({ cycles: [cycleOf()] }), { now: () => (now += 1000) });
    expect([code, err]).toEqual([0, '']);
    const document = StressDocument.parse(JSON.parse(out));
    expect(document).toMatchObject({ seed: 5, failed: null, interrupted: false });
    expect(document.verifiedCollections).toBe(document.rounds);
    expect(document.rounds).toBeGreaterThan(0);
  });

  it('of stress has the round that failed', async () => {
    const { code, out, err } = await cli('stress churn --seed 5 --json', () => new HeapBroken('LOST', ['x']));
    expect(code).toBe(1);
    expect(StressDocument.parse(JSON.parse(out)).failed).toMatchObject({ round: 0, repeat: expect.stringMatching(/^sweepgen run churn /) });
    expect(JSON.parse(err)).toMatchObject({ command: 'stress', error: { code: 'LOST', exitCode: 1 } });
  });

  it('of start is that of scale', async () => {
    const { code, out, err } = await cli('start --procs 1,2 --runs 6 --json', collecting);
    expect([code, err]).toEqual([0, '']);
    expect(ScaleDocument.parse(JSON.parse(out))).toMatchObject({ command: 'start', heap: { name: 'own heap' }, results: [{ procs: 1 }, { procs: 2 }] });
  });

  it('of sequence has the lines that are printed without it', async () => {
    const { out } = await cli('sequence --seed 77 --count 100 --max 50 --json', () => resultOf({ lines: ['all 1', 'dropped 2'] }));
    expect(SequenceDocument.parse(JSON.parse(out))).toMatchObject({ seed: 77, count: 100, max: 50, types: 'none', lines: ['all 1', 'dropped 2'] });
  });

  it('of explore --list has every name of the printed list', async () => {
    const { mutants, scenarios } = CatalogDocument.parse(JSON.parse((await cli('explore --list --json')).out));
    expect(mutants.map(({ name }) => name)).toEqual(MUTANTS.map(({ name }) => name));
    for (const { knobs } of scenarios) expect(knobs.length).toBeGreaterThan(0);
  });

  it('of calibrate has the machine as its file has it', () => {
    expect(CalibrateDocument.parse(JSON.parse(calibrateDocument('here.json', MACHINES[0])))).toEqual({ schema: 1, command: 'calibrate', path: 'here.json', machine: MACHINES[0] });
  });

  it('stands in docs/json.md with its schema, and no other does', () => {
    const rows = [...readFileSync(`${ROOT}/docs/json.md`, 'utf8').matchAll(/^\| `([^`]+)` \| (\d+) \| `(\w+)`, (\S+) \|/gm)];
    const listed = rows.map(([, command, schema, , file]) => `${command} ${schema} ${file}`);
    const sources = [...readdirSync(`${ROOT}/src/cli`).filter((name) => name.endsWith('-document.ts')).map((name) => `src/cli/${name}`), 'src/report/json.ts'];
    const declared = sources.flatMap((file) => {
      const text = readFileSync(`${ROOT}/${file}`, 'utf8');
      const schemas = new Map([...text.matchAll(/^const (\w*SCHEMA) = (\d+);/gm)].map(([, name, value]) => [name, value]));
      return [...text.matchAll(/schema: (?:z\.literal\()?(\w*SCHEMA)\)?,\s*command: (?:z\.(?:literal|enum)\()?([^\n]+?)\)?,(?= sweep|\n)/g)]
        .flatMap(([, name, commands]) => [...commands.matchAll(/'([^']+)'/g)].map(([, command]) => `${command} ${schemas.get(name)} ${file}`));
    });
    expect(new Set(listed)).toEqual(new Set(declared));
    for (const [, , , name, file] of rows) expect(readFileSync(`${ROOT}/${file}`, 'utf8')).toContain(name);
  });
});

describe('an error with --json', () => {
  it.each([
    ['run --json --prosc 2', 'run', 'USAGE', 2],
    ['rnu --json', null, 'USAGE', 2],
    ['run nothing --json', 'run', 'USAGE', 2],
  ])('of "%s" is one document on one line of stderr', async (line, command, code, exitCode) => {
    const ended = await cli(line);
    expect([ended.code, ended.out]).toEqual([exitCode, '']);
    expect(ended.err.endsWith('\n') && ended.err.indexOf('\n') === ended.err.length - 1).toBe(true);
    expect(JSON.parse(ended.err)).toEqual({ schema: 1, command, error: { code, message: expect.any(String), details: [], exitCode } });
  });

  it('of a broken invariant has its name and its facts', async () => {
    const { err } = await cli('run --json', () => new Fatal('SPAN_DOUBLE_SWEEP', { span: 12 }, EXIT.invariant));
    expect(JSON.parse(err).error).toEqual({ code: 'SPAN_DOUBLE_SWEEP', message: expect.stringContaining('SPAN_DOUBLE_SWEEP'), details: ['  span = 12'], exitCode: 1, facts: { span: 12 } });
  });

  it('of a mistake in sweepgen is called internal', async () => {
    expect(JSON.parse((await cli('run --json', () => new TypeError('odd'))).err).error).toMatchObject({ code: 'INTERNAL', exitCode: 1 });
  });
});
