/** JSON documents: one on stdout for every command, errors on stderr, strict schemas, generated docs. */
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXIT, Fatal } from '../../src/base/fatal.ts';
import { HeapBroken } from '../../src/run/errors.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { CalibrateDocument, calibrateDocument } from '../../src/cli/calibrate-document.ts';
import { DOCUMENTS, commandsOf } from '../../src/cli/document-catalog.ts';
import { STATISTICS_SECTIONS } from '../../src/cli/docs/statistics.ts';
import { CatalogDocument } from '../../src/cli/catalog-document.ts';
import { SequenceDocument } from '../../src/cli/sequence-document.ts';
import { StressDocument } from '../../src/cli/stress-document.ts';
import { MUTANTS } from '../../src/mutants/catalog.ts';
import { RunDocument, ScaleDocument, ScaleShape } from '../../src/report/json.ts';
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

  it('of stress has the failed round', async () => {
    const { code, out, err } = await cli('stress churn --seed 5 --json', () => new HeapBroken('LOST', ['x']));
    expect(code).toBe(1);
    expect(StressDocument.parse(JSON.parse(out)).failed).toMatchObject({ round: 0, repeat: expect.stringMatching(/^sweepgen run churn /) });
    expect(JSON.parse(err)).toMatchObject({ command: 'stress', error: { code: 'LOST', exitCode: 1 } });
  });

  it('of start has the shape of that of scale', async () => {
    const { code, out, err } = await cli('start --procs 1,2 --runs 6 --json', collecting);
    expect([code, err]).toEqual([0, '']);
    expect(ScaleDocument.parse(JSON.parse(out))).toMatchObject({ command: 'start', heap: { name: 'own heap' }, results: [{ procs: 1 }, { procs: 2 }] });
  });

  it('of sequence has the lines of the text output', async () => {
    const { out } = await cli('sequence --seed 77 --count 100 --max 50 --json', () => resultOf({ lines: ['all 1', 'dropped 2'] }));
    expect(SequenceDocument.parse(JSON.parse(out))).toMatchObject({ seed: 77, count: 100, max: 50, types: 'none', lines: ['all 1', 'dropped 2'] });
  });

  it('of explore --list has every name of the printed list', async () => {
    const { mutants, scenarios } = CatalogDocument.parse(JSON.parse((await cli('explore --list --json')).out));
    expect(mutants.map(({ name }) => name)).toEqual(MUTANTS.map(({ name }) => name));
    for (const { knobs } of scenarios) expect(knobs.length).toBeGreaterThan(0);
  });

  it('of calibrate has the machine of the file', () => {
    expect(CalibrateDocument.parse(JSON.parse(calibrateDocument('here.json', MACHINES[0])))).toEqual({ schema: 1, command: 'calibrate', path: 'here.json', machine: MACHINES[0] });
  });
});

describe('the schemas', () => {
  it.each(DOCUMENTS)('$name is strict in each of its objects', ({ schema }) => {
    expect(looseObjects(schema, '')).toEqual([]);
  });

  it('that --compare reads drop what they do not know', () => {
    expect(looseObjects(ScaleShape, '')).toEqual(expect.arrayContaining(['', '.results', '.results.mark']));
  });

  it('refuse an undeclared field at the top and inside', async () => {
    const document = JSON.parse((await cli('run --json', () => resultOf({ cycles: [cycleOf()] }))).out) as { cycles: object[]; memstats: object };
    expect(RunDocument.safeParse(document).success).toBe(true);
    for (const changed of [{ ...document, more: 1 }, { ...document, memstats: { ...document.memstats, More: 1 } }, { ...document, cycles: [{ ...document.cycles[0], more: 1 }] }]) {
      expect(RunDocument.safeParse(changed).error?.issues).toMatchObject([{ code: 'unrecognized_keys' }]);
    }
  });

  it('are one for each command', () => {
    const commands = DOCUMENTS.flatMap(commandsOf);
    expect(new Set(commands).size).toBe(commands.length);
    for (const entry of DOCUMENTS) expect(commandsOf(entry).length, entry.name).toBeGreaterThan(0);
  });

  it('are all in the catalog', () => {
    const declared = [...['src/cli', 'src/report'].flatMap((room) => readdirSync(`${ROOT}/${room}`).filter((name) => name.endsWith('-document.ts')).map((name) => `${room}/${name}`)), 'src/report/json.ts']
      .flatMap((source) => [...readFileSync(`${ROOT}/${source}`, 'utf8').matchAll(/^export const (\w+Document) = /gm)].map(([, name]) => `${name} ${source}`));
    expect(DOCUMENTS.map(({ name, source }) => `${name} ${source}`).toSorted()).toEqual(declared.toSorted());
  });
});

/** Returns the paths of objects in `schema` that would drop an undeclared field. */
function looseObjects(schema: z.ZodType, path: string): string[] {
  const { element, innerType, valueType, options = [], items = [] } = schema.def as unknown as Record<string, z.ZodType | undefined> & { options?: z.ZodType[]; items?: z.ZodType[] };
  const inner = [element, innerType, valueType, ...options, ...items].filter((each) => each !== undefined).flatMap((each) => looseObjects(each, path));
  if (!(schema instanceof z.ZodObject)) return inner;
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([name, field]) => looseObjects(field, `${path}.${name}`));
  return schema.def.catchall === undefined ? [path, ...fields] : fields;
}

describe('the lists of docs', () => {
  const pages = readdirSync(`${ROOT}/docs`, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md')).map((path) => readFileSync(`${ROOT}/docs/${path}`, 'utf8'));

  it.each(Object.entries(STATISTICS_SECTIONS))('%s is what npm run docs writes', (name, section) => {
    const page = pages.find((text) => text.includes(`<!-- generated: ${name} -->`));
    expect(page, `no page has the section ${name}`).toBeDefined();
    expect(page!.includes(`<!-- generated: ${name} -->\n\n${section().trim()}\n\n<!-- end -->`), `${name} is stale: run npm run docs`).toBe(true);
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

  it('of a broken invariant has its name and facts', async () => {
    const { err } = await cli('run --json', () => new Fatal('SPAN_DOUBLE_SWEEP', { span: 12 }, EXIT.invariant));
    expect(JSON.parse(err).error).toEqual({ code: 'SPAN_DOUBLE_SWEEP', message: expect.stringContaining('SPAN_DOUBLE_SWEEP'), details: ['  span = 12'], exitCode: 1, facts: { span: 12 } });
  });

  it('of a mistake in sweepgen has the code INTERNAL', async () => {
    expect(JSON.parse((await cli('run --json', () => new TypeError('odd'))).err).error).toMatchObject({ code: 'INTERNAL', exitCode: 1 });
  });
});
