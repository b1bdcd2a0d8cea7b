/** `npm run build`, second half: writes the generated modules beside the compiled driver. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateCore, generateCosted, writeGenerated } from './generate.ts';
import { ENTRY, GENERATED, ROOT } from '../load.ts';
import { MODEL_ENTRY, MODEL_CORE } from '../../model/load.ts';
import { gatherWorker } from '../../threads/gather.ts';
import { GATHERED_WORKER, WORKER } from '../../threads/worker.ts';
import { ConventionError } from './problems.ts';

try {
  const { plain, hooked, reach } = await generateCore(ENTRY, ROOT);
  mkdirSync(GENERATED, { recursive: true });
  writeGenerated(plain, join(GENERATED, 'core.gen.js'));
  writeGenerated(hooked, join(GENERATED, 'core.hooked.gen.js'));
  writeFileSync(join(GENERATED, 'sites.gen.json'), JSON.stringify(plain.sites));
  writeFileSync(join(GENERATED, 'reach.gen.json'), JSON.stringify(reach));
  writeGenerated(await generateCosted(MODEL_ENTRY, ROOT), MODEL_CORE);
  await gatherWorker(WORKER, GATHERED_WORKER);
} catch (error) {
  if (!(error instanceof ConventionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
