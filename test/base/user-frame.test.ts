/** Which frame of a stack is the user's, and how it is told. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatFrame, placeOf, userFrame } from '../../src/base/user-frame.ts';

const ROOT = pathToFileURL(resolve(import.meta.dirname, '../..')).href;
const withStack = (...frames: string[]) => ({ stack: ['Error: no', ...frames.map((frame) => `    at ${frame}`)].join('\n') });

describe("the user's frame", () => {
  it.each<[string, string[], string]>([
    ['of a named function', ['push (file:///home/u/x.mjs:12:5)'], '/home/u/x.mjs:12 (push)'],
    ['of a function without a name', ['file:///home/u/x.mjs:3:1'], '/home/u/x.mjs:3'],
    ['of a method', ['Object.needs [as f] (file:///home/u/x.mjs:3:1)'], '/home/u/x.mjs:3 (needs)'],
    ['of a constructor', ['new Heap (/home/u/x.cjs:3:1)'], '/home/u/x.cjs:3 (Heap)'],
    ['of an async function', ['async load (file:///home/u/x.mjs:3:1)'], '/home/u/x.mjs:3 (load)'],
    ['with a space in its path', ['f (file:///home/u/a%20b.mjs:3:1)'], '/home/u/a b.mjs:3 (f)'],
    ['behind those of sweepgen and Node', [`storeWord (${ROOT}/src/runtime/mutator.ts:9:1)`, `storeWord (${ROOT}/dist/bundles/machine/m.js:9:1)`, 'Array.map (<anonymous>)', 'run (node:internal/timers:5:1)', 'push (file:///home/u/x.mjs:12:5)', `execute (${ROOT}/dist/src/runtime/schedule.js:1:1)`], '/home/u/x.mjs:12 (push)'],
    ['before one of a package that it calls', ['chunk (file:///home/u/node_modules/lodash/chunk.js:7:1)', 'f (file:///home/u/x.mjs:4:1)'], '/home/u/x.mjs:4 (f)'],
    ['of a package, if there is no other', ['chunk (file:///home/u/node_modules/lodash/chunk.js:7:1)'], '/home/u/node_modules/lodash/chunk.js:7 (chunk)'],
    ['below the current folder', [`f (${pathToFileURL(join(process.cwd(), 'docs/x.mjs')).href}:4:1)`], './docs/x.mjs:4 (f)'],
    ['with control characters in its name', ['\x1b[31mf (file:///home/u/x.mjs:4:1)'], '/home/u/x.mjs:4 (\\x1b[31mf)'],
  ])('%s', (_, frames, expected) => {
    expect(placeOf(withStack(...frames))).toBe(` at ${expected}`);
  });

  it('of a text that does not parse is where the parser stopped', () => {
    expect(userFrame({ stack: 'file:///home/u/x.mjs:7\nexport default {\n^\n\nSyntaxError: Unexpected end of input' })).toEqual({ file: '/home/u/x.mjs', line: 7, name: '' });
  });

  it('is none for what has no stack, or one that cannot be read', () => {
    const trap = { get stack() { throw new Error('trap'); } };
    for (const thrown of [undefined, null, 7, 'text', {}, { stack: 7 }, trap, withStack()]) expect(placeOf(thrown)).toBe('');
  });

  it('is found in an error that was thrown', () => {
    // This test lies in none of sweepgen's own folders.
    const frame = userFrame(new Error('here'));
    expect(formatFrame(frame as NonNullable<typeof frame>)).toMatch(/^\.\/test\/base\/user-frame\.test\.ts:\d+/);
  });
});
