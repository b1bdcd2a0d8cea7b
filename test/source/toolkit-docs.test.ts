/** docs/reference/toolkit.md describes every function of the toolkit with its parameters, and none that isn't there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { signatureOf } from '../../src/workloads/checked/slip.ts';
import { toolkit } from '../../src/workloads/toolkit.ts';

const text = readFileSync(join(ROOT, 'docs/reference/toolkit.md'), 'utf8');
/** First cells of the tables' rows, each with one or several names in backticks. */
const documented = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));

const functions = Object.values(toolkit).filter((value) => typeof value === 'function');
const constants = Object.entries(toolkit).filter(([, value]) => typeof value !== 'function').map(([name]) => name);
/** Defaults are the document's to tell. */
const signatures = functions.map((each) => signatureOf(each).replace(/ = [^,)]+/g, ''));

describe('docs/reference/toolkit.md', () => {
  it.each(signatures)('describes %s', (signature) => {
    expect(documented).toContain(signature);
  });

  it.each(constants)('describes %s', (name) => {
    expect(text).toContain(`\`${name}`);
  });

  it('describes no function that is not there', () => {
    const functionsInTables = documented.filter((name) => /^\w+\(m\b/.test(name));
    expect(functionsInTables.filter((name) => !signatures.includes(name))).toEqual([]);
    expect(functionsInTables.length).toBeGreaterThan(60);
  });
});
