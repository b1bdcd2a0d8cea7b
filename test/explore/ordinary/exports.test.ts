import { describe, expect, it } from 'vitest';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import { MUTANTS } from '../../../src/mutants/catalog.ts';
import { search } from '../search.ts';
import { moduleOf, sharing } from './modules.ts';

const THREADS = 'export const threads = [(a) => a[0]++];';

function refusal(text: string): Promise<string> {
  return loadUserScenario(moduleOf(text), false).then(() => 'no refusal', (error: Error) => error.message.replace(/\S*module-\d+/g, 'module'));
}

const SPEC = 'export const operations = [[["add", 1]]];\nexport const spec = { init: () => 0, add() {} };';

describe('a scenario with a spec', () => {
  it.each([
    ['threads, too', sharing(`${SPEC}\n${THREADS}`), 'it has a spec and threads: with a spec, operations says what the threads do'],
    ['no operations', sharing('export const spec = { init: () => 0 };'), 'it has a spec and no operations, a list for each thread'],
    ['an export that it has not', sharing(SPEC, 'export const consistencies = 1;'), "it has 'consistencies'; did you mean consistency?; a scenario with a spec has summary, setup, operations"],
    ['a spec without init', sharing('export const operations = [[]];\nexport const spec = { add() {} };'), 'its spec must be an object of functions: init(), which makes the model, and one for each operation'],
    ['an operation that the spec has not', sharing(SPEC.replace('"add"', '"ad"')), "its spec has no operation 'ad'; there is add"],
    ['an operation at the end that the spec has not', sharing(SPEC, "export const atEnd = [['get']];"), "its spec has no operation 'get'"],
    ['another consistency', sharing(SPEC, "export const consistency = 'eventual';"), "its consistency must be 'linearizable', 'sequential' or 'quiescent'"],
    ['actions that are no functions', sharing(SPEC, 'export const actions = { add: 1 };'), 'its actions must be an object of functions of the state'],
    ['an end that is no list', sharing(SPEC, "export const atEnd = ['add'];"), "its atEnd must be a list of operations ['name', number, …]"],
    ['no threads', sharing(SPEC.replace('[["add", 1]]]', ']')).replace('= [;', '= [];'), 'its operations must be 1 to 64 lists, one for each thread'],
    ['a model that is no data', sharing(SPEC.replace('() => 0', '() => () => 0')), 'the model of a spec must be plain data, such as a list or a Map'],
  ])('is refused for %s', async (_, text, message) => {
    expect(await refusal(text)).toContain(message);
  });

  it('is refused as it is first run if nothing does an operation', async () => {
    const { scenario, core } = await loadUserScenario(moduleOf(sharing(SPEC)), false);
    const run = () => search({ core, scenario, executions: 1 }).failure?.facts[0];
    expect(run()).toMatch(/setup\(\) returns nothing with a method add: export actions = \{ add\(state, …\) \{ … \} \}/);
  });
});

describe('a scenario with threads', () => {
  it.each([
    ['an export that it has not', sharing(THREADS, 'export const chek = () => "";'), "module.mjs is no scenario: it has 'chek'; did you mean check?; a scenario with threads has summary, setup, threads"],
    ['no setup', THREADS, 'it has no setup(), which makes the state that the threads share'],
    ['threads that are no list', sharing('export const threads = (a) => a[0]++;'), 'its threads must be a list of 1 to 64 functions of the state'],
    ['no threads', sharing('export const threads = [];'), 'its threads must be a list of 1 to 64 functions'],
    ['a check that is no function', sharing(THREADS, 'export const check = "";'), 'its check must be a function'],
    ['operations for other threads', sharing(THREADS, 'export const operations = () => [[], []];'), "its operations must be 1 lists, one for each thread, of operations ['name', number, …]"],
  ])('is refused for %s', async (_, text, message) => {
    expect(await refusal(text)).toContain(message);
  });

  it('is refused if setup throws, with its line', async () => {
    expect(await refusal(`export function setup() {\n  throw new Error('no');\n}\n${THREADS}`)).toMatch(/setup threw:\n {2}no\n {2}at .*module\.mjs:2 \(setup\)/);
  });

  it('takes no mutant: it runs nothing of the core', async () => {
    await expect(loadUserScenario(moduleOf(sharing(THREADS)), false, MUTANTS[0])).rejects.toThrow(/runs nothing of the core, so no mutant can be planted in it/);
  });

  it('gives each thread its operations', async () => {
    const path = moduleOf(sharing('const run = (a, orders) => { for (const [name, by] of orders) if (name === "add") a[0] += by; };\nexport const threads = [run, run];', 'export const operations = () => [[["add", 2], ["skip"]], [["add", 3]]];\nexport const check = (a) => a[0] === 5;'));
    const { scenario, core } = await loadUserScenario(path, false);
    const setting = { knobs: { procs: 2 }, operations: scenario.operations!({ procs: 2 }) };
    expect(setting.operations).toEqual([[['add', 2], ['skip']], [['add', 3]]]);
    expect(scenario.prepare(core, setting, () => ({ forget() {}, check: () => ({ problems: [] }) })).names).toEqual(['run 1', 'run 2']);
  });
});
