import { describe, expect, it } from 'vitest';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import { MUTANTS } from '../../../src/mutants/catalog.ts';
import { moduleOf, sharing } from './modules.ts';

const THREADS = 'export const threads = [(a) => a[0]++];';

function refusal(text: string): Promise<string> {
  return loadUserScenario(moduleOf(text), false).then(() => 'no refusal', (error: Error) => error.message.replace(/\S*module-\d+/g, 'module'));
}

describe('a scenario with threads', () => {
  it.each([
    ['an export that it has not', sharing(THREADS, 'export const chek = () => "";'), "module.mjs is no scenario: it exports 'chek'; did you mean check?; a scenario with threads exports summary, setup, threads"],
    ['no setup', THREADS, 'it exports no setup(), which makes the state that the threads share'],
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
