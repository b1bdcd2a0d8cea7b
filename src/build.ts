/** Part of `npm run build`: writes the generated modules into dist. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { generateCore, generateCosted, writePrebuilt } from './rewrite/generate.ts';
import { ROOT } from './base/root.ts';
import { SOURCES, packSources } from './explore/film/sources.ts';
import { buildHashFile } from './explore/campaigns/build-hash.ts';
import { ENTRY, GENERATED, SITES } from './explore/load.ts';
import { MODEL_CORE, MODEL_ENTRY, MODEL_SITES } from './model/load.ts';
import { gather } from './run/threads/gather.ts';
import { BUNDLES } from './run/threads/worker.ts';
import { ConventionError } from './rewrite/problems.ts';
import { packSites } from './rewrite/sites.ts';

try {
  const { plain, hooked, reach } = await generateCore(ENTRY, ROOT);
  mkdirSync(GENERATED, { recursive: true });
  await writePrebuilt(plain, join(GENERATED, 'core.gen.js'));
  await writePrebuilt(hooked, join(GENERATED, 'core.hooked.gen.js'));
  writeFileSync(SITES, gzipSync(JSON.stringify(packSites(plain.sites))));
  writeFileSync(SOURCES, packSources(plain.sites, ROOT));
  writeFileSync(join(GENERATED, 'reach.gen.json'), JSON.stringify(reach));
  const model = await generateCosted(MODEL_ENTRY, ROOT);
  await writePrebuilt(model, MODEL_CORE);
  writeFileSync(MODEL_SITES, gzipSync(JSON.stringify(packSites(model.sites))));
  const { path, text } = buildHashFile();
  writeFileSync(path, text);
  for (const bundle of BUNDLES) await gather(bundle);
} catch (error) {
  if (!(error instanceof ConventionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
