/** Compiles core sources for a test: texts of its own, or the fixtures. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleCore } from '../../src/rewrite/bundle.ts';
import { generateCore, importGenerated } from '../../src/rewrite/generate.ts';
import type { Coroutine, GeneratedCore } from '../../src/rewrite/generated.ts';
import { ROOT } from '../../src/base/root.ts';
import { plant, type Mutant } from '../../src/mutants/mutant.ts';
import type { Variants } from '../../src/rewrite/transform.ts';

export type FixtureCore = GeneratedCore<typeof import('../explore/fixtures/entry.ts')>;
/** A core of a test's own text, whose exports no type knows. */
export type TextCore = GeneratedCore & Readonly<Record<string, (m: Int32Array, ...rest: never[]) => Coroutine>>;

const FIXTURES = join(ROOT, 'test/explore/fixtures/entry.ts');
const TEXT = join(ROOT, 'virtual/core.ts');

/** Generates from `text`, as if it were the file virtual/core.ts. */
export async function generateText(text: string): Promise<Variants> {
  return generateCore(TEXT, ROOT, new Map([[TEXT, text]]));
}

export async function loadText(text: string, hooked = false): Promise<TextCore> {
  const variants = await generateText(text);
  return (await importGenerated(hooked ? variants.hooked : variants.plain)) as TextCore;
}

/** The bundle that the generated modules of `text` are made from. */
export async function bundleText(text: string): Promise<string> {
  return (await bundleCore(TEXT, new Map([[TEXT, text]]))).code;
}

/** The same text as plain functions, as real workers run it. */
export async function loadPlain(text: string): Promise<Readonly<Record<string, (m: Int32Array, ...rest: unknown[]) => unknown>>> {
  const folder = mkdtempSync(join(tmpdir(), 'sweepgen-test-'));
  const path = join(folder, 'plain.mjs');
  writeFileSync(path, `${await bundleText(text)}function $bytes(m) { return new Uint8Array(m.buffer); }\n`);
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Awaited<ReturnType<typeof loadPlain>>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function generateFixtures(mutant?: Mutant): Promise<Variants> {
  return generateCore(FIXTURES, ROOT, mutant && plant(mutant, ROOT));
}

export async function loadFixtures(mutant?: Mutant, hooked = false): Promise<FixtureCore> {
  const variants = await generateFixtures(mutant);
  return importGenerated<typeof import('../explore/fixtures/entry.ts')>(hooked ? variants.hooked : variants.plain);
}
