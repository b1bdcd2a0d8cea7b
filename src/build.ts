/** Part of `npm run build`: writes the generated modules into dist. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sourcesOf } from './rewrite/bundle.ts';
import { SOURCES, packSources } from './rewrite/core-sources.ts';
import { expressionOf } from './rewrite/evaluate.ts';
import { generateCore, generateCosted, prebuilt, writePrebuilt } from './rewrite/generate.ts';
import { ROOT } from './base/root.ts';
import { buildHashFile } from './explore/campaigns/build-hash.ts';
import { ENTRY, GENERATED, HOOKED_CORE, SITES, USER_CORE } from './explore/load.ts';
import { LITMUS_CORE, LITMUS_SCENARIO } from './litmus/explored/load.ts';
import { MODEL_CORE, MODEL_ENTRY, MODEL_SITES } from './model/load.ts';
import { MODEL_OVERLAY } from './model/overlay.ts';
import { gather } from './run/threads/gather.ts';
import { BUNDLES } from './run/threads/worker.ts';
import { generateOrdinary } from './rewrite/ordinary/generate.ts';
import { ConventionError } from './rewrite/problems.ts';
import { packSites } from './rewrite/sites.ts';

try {
  const { plain, hooked, reach } = await generateCore(ENTRY, ROOT);
  mkdirSync(GENERATED, { recursive: true });
  await writePrebuilt(plain, join(GENERATED, 'core.gen.js'));
  // Over a megabyte, which only some explorations load: it is packed.
  writeFileSync(HOOKED_CORE, gzipSync(await prebuilt({ code: expressionOf(hooked.code) }, HOOKED_CORE)));
  writeFileSync(SITES, gzipSync(JSON.stringify(packSites(plain.sites))));
  writeFileSync(SOURCES, packSources([...new Set([...(await sourcesOf(ENTRY)), ...(await sourcesOf(USER_CORE))])].map((path) => relative(ROOT, path)), ROOT));
  writeFileSync(join(GENERATED, 'reach.gen.json'), JSON.stringify(reach));
  const litmus = await generateOrdinary(LITMUS_SCENARIO, ROOT, () => true);
  await writePrebuilt(litmus.hooked, LITMUS_CORE);
  const model = await generateCosted(MODEL_ENTRY, ROOT, MODEL_OVERLAY);
  // Half a megabyte that few commands load: it is packed.
  writeFileSync(MODEL_CORE, gzipSync(await prebuilt(model, MODEL_CORE)));
  writeFileSync(MODEL_SITES, gzipSync(JSON.stringify(packSites(model.sites))));
  const { path, text } = buildHashFile();
  writeFileSync(path, text);
  for (const bundle of BUNDLES) await gather(bundle);
} catch (error) {
  if (!(error instanceof ConventionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
