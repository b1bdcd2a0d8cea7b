/** The project of a user's module. */
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { projectOf } from '../../src/explore/project.ts';

describe('the project of a module', () => {
  it('is the nearest folder with a package.json', () => {
    expect(projectOf(join(ROOT, 'docs/examples/own-code/stack.scenario.ts'))).toBe(ROOT);
    expect(projectOf(join(ROOT, 'node_modules/acorn/dist/acorn.js'))).toBe(join(ROOT, 'node_modules/acorn'));
  });

  it("is the module's own folder if there is none", () => {
    expect(projectOf(join(tmpdir(), 'no-project/a.mjs'))).toBe(join(tmpdir(), 'no-project'));
  });
});
