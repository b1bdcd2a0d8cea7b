/** Part of `npm run build`: bundles the page of the report, libraries included, into dist/view. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { ROOT } from './base/root.ts';
import { noticesOf } from './notices.ts';
import { VIEW_FILES } from './report/html.ts';

const packages = join(ROOT, 'node_modules');

const build = await rolldown({
  input: join(ROOT, 'src/view/main.tsx'),
  platform: 'browser',
  logLevel: 'warn',
  transform: { jsx: { runtime: 'automatic', importSource: 'preact' }, define: { 'process.env.NODE_ENV': '"production"' } },
});
const { output } = await build.generate({ format: 'iife', minify: true, comments: false });
await build.close();
const [{ code, moduleIds }] = output;
if (output.length > 1) throw new Error(`the page must be one file; the bundle has ${output.length}`);

mkdirSync(VIEW_FILES.folder, { recursive: true });
writeFileSync(VIEW_FILES.script, code);
// The frame's style first: a view may refine it.
const VIEWS = join(ROOT, 'src/view/views');
const styles = [join(packages, 'uplot/dist/uPlot.min.css'), join(ROOT, 'src/view/style.css'), ...readdirSync(VIEWS).filter((name) => name.endsWith('.css')).sort().map((name) => join(VIEWS, name))];
writeFileSync(VIEW_FILES.style, styles.map((path) => readFileSync(path, 'utf8')).join('\n'));
writeFileSync(VIEW_FILES.notices, noticesOf(moduleIds));
