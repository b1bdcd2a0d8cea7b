/** The flag --what-if. */
import { describe, expect, it } from 'vitest';
import { parseWhatIf } from '../../src/cli/model-flags.ts';
import { questionsOf } from '../../src/cli/what-if.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { COST_NAMES } from '../../src/model/what-if.ts';
import { PredictionDocument } from '../../src/report/prediction-document.ts';
import { cli } from './fakes.ts';

const MODEL = 'scale list --objects 2000 --machine xeon-2 --model 1,2';

describe('the list of --what-if', () => {
  it('has parts and factors', () => {
    expect(parseWhatIf('miss=0.7, cas=2,scanblock=.5')).toEqual([{ part: 'miss', factor: 0.7 }, { part: 'cas', factor: 2 }, { part: 'scanblock', factor: 0.5 }]);
  });

  it.each([
    ['miss', 'in miss=0.7,cas=0.8'],
    ['miss=', 'in miss=0.7,cas=0.8'],
    ['miss=-1', 'in miss=0.7,cas=0.8'],
    ['miss=1e9', 'in miss=0.7,cas=0.8'],
    ['', 'in miss=0.7,cas=0.8'],
    ['miss=101', '--what-if miss=101: at most 100 times the cost'],
    ['miss=1,miss=2', '--what-if has miss twice; give it one factor'],
  ])("refuses '%s'", (text, message) => {
    expect(() => parseWhatIf(text)).toThrow(message);
  });

  it('asks for each change, then for all of them', () => {
    const [miss, cas] = parseWhatIf('miss=0.7,cas=0.8');
    expect(questionsOf([miss], MACHINES[0])).toEqual([[miss]]);
    expect(questionsOf([miss, cas], MACHINES[0])).toEqual([[miss], [cas], [miss, cas]]);
  });

  it('asks for each cost that the machine has', () => {
    expect(questionsOf(parseWhatIf('each=0.5'), { ...MACHINES[0], bytesPerSecond: 1e9 }).flat()).toEqual(COST_NAMES.map((part) => ({ part, factor: 0.5 })));
    expect(questionsOf(parseWhatIf('each=0.5'), { ...MACHINES[0], bytesPerSecond: null }).flat().map(({ part }) => part)).not.toContain('bandwidth');
  });
});

describe('scale --model --what-if', () => {
  it('prints a row for each change, and the sentence on it', async () => {
    const { code, out } = await cli(`${MODEL} --what-if compute=0.5`);
    expect(code).toBe(0);
    expect(out).toMatch(/\nwhat if, by threads +1 +2\nas it is +.+\ncompute × 0\.5 +-\d+\.\d % +-\d+\.\d %\n/);
    expect(out).toMatch(/\ncompute × 0\.5 saves \d+\.\d % with 2 threads\.\n/);
  });

  it('predicts as many schedules as --runs says, five otherwise', async () => {
    const runs = async (more: string) => PredictionDocument.strict().parse(JSON.parse((await cli(`${MODEL} --what-if cas=0.5 --json${more}`)).out)).whatIf!.map(({ ns, changed }) => [ns.length, changed[0].ns.length]);
    expect(await runs('')).toEqual([[5, 5], [5, 5]]);
    expect(await runs(' --runs 2')).toEqual([[2, 2], [2, 2]]);
  });

  it.each([
    [`${MODEL} --what-if mis=0.5`, "--what-if knows no 'mis'; did you mean miss?"],
    [`${MODEL} --what-if bandwidth=0.5`, 'xeon-2 has no limit of bandwidth; leave bandwidth out'],
    ['scale list --what-if miss=0.5', '--what-if is for --model; leave it out'],
  ])('%s is refused before any work', async (args, sentence) => {
    const { code, err, out } = await cli(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`sweepgen: ${sentence}`);
  });
});
