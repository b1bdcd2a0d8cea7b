/** `npm run docs`: writes the generated pages and the generated sections of pages. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../base/root.ts';
import { generatedPages } from './docs/documents.ts';

for (const [path, text] of await generatedPages()) writeFileSync(join(ROOT, path), text);
