/** Scenarios as default exports, and threads by name. */
import { describe, expect, it } from 'vitest';
import { asExports, defaultOf } from '../../../src/explore/ordinary/definition.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { explore } from './modules.ts';

const STATE = 'setup: () => new Int32Array(new SharedArrayBuffer(40))';
const LOSING = '{ left(a) { a[3]++; return 1; }, right: (a) => { a[3]++; return 2; } }';

describe('a default export', () => {
  it.each([
    ['an object', `export default { ${STATE}, threads: [(a) => { a[3]++; }, (a) => { a[3]++; }], check: (a) => a[3] === 2 };`],
    ['what scenario returns', `import { scenario } from 'sweepgen/explore';\nexport default scenario({ ${STATE}, threads: [(a) => { a[3]++; }, (a) => { a[3]++; }], check: (a) => a[3] === 2 });`],
    ['made with import.meta, beside other exports', `import { scenario } from 'sweepgen/explore';\nexport const other = 1;\nexport default scenario(import.meta, { ${STATE}, threads: [(a) => { a[3]++; }, (a) => { a[3]++; }], check: (a) => a[3] === 2 });`],
  ])('is a scenario: %s', async (_, text) => {
    const { failure } = await explore(text);
    expect(failure).toMatchObject({ verdict: 'invariant', facts: ['check returned false'] });
  });

  it('may have an invariant, which is checked after each access', async () => {
    const { failure } = await explore(`export default { ${STATE}, threads: [(a) => { a[0]++; a[1]++; }], invariant: (a) => a[0] === a[1] };`);
    expect(failure).toMatchObject({ verdict: 'invariant', facts: ['invariant returned false'] });
    expect(failure!.execution.steps).toBe(2);
  });

  it.each([
    ['no object', 'export default 7;', 'its default export must be an object'],
    ['a list', 'export default [];', 'its default export must be an object'],
    ['a name that no scenario has', `export default { ${STATE}, threads: [() => {}], chek() {} };`, "it has 'chek'; did you mean check?"],
  ])('is refused if it is %s', async (_, text, message) => {
    await expect(explore(text)).rejects.toThrow(message);
  });
});

describe('threads by name', () => {
  it.each([
    ['exported', `export const setup = () => new Int32Array(new SharedArrayBuffer(40));\nexport const threads = ${LOSING};\nexport const check = (a, { left, right }) => a[3] === left + right - 1 || \`\${left} \${right}\`;`],
    ['of a default export', `export default { ${STATE}, threads: ${LOSING}, check: (a, { left, right }) => a[3] === left + right - 1 || \`\${left} \${right}\` };`],
  ])('have their names in reports, and their results by name: %s', async (_, text) => {
    const { failure, loaded } = await explore(text);
    expect(failure).toMatchObject({ verdict: 'invariant', facts: ['1 2'] });
    const { core, scenario } = loaded;
    expect(scenario.prepare(core, settingOf(scenario), () => ({ forget() {}, check: () => ({ problems: [] }) })).names).toEqual(['left', 'right']);
  });

  it('may be one function under two names', async () => {
    const { loaded } = await explore('const step = (a) => { Atomics.add(a, 0, 1); };\nexport const setup = () => new Int32Array(new SharedArrayBuffer(8));\nexport const threads = { left: step, right: step };');
    const { core, scenario } = loaded;
    expect(scenario.prepare(core, settingOf(scenario), () => ({ forget() {}, check: () => ({ problems: [] }) })).names).toEqual(['left', 'right']);
  });
});

describe('asExports', () => {
  it('leaves a module with a list of threads alone', () => {
    const module = { setup: () => 0, threads: [] };
    expect(asExports(module, module)).toBe(module);
  });

  it('reads what else the module exports as it is now', () => {
    const module = { count: 1, default: { setup: () => 0, threads: {} } };
    const exported = asExports(module, defaultOf('a.mjs', module));
    module.count = 2;
    expect(exported).toMatchObject({ threads: [], threadNames: [] });
    expect(exported.count).toBe(2);
  });
});
