/** Builds a module of ordinary code, with all that it imports, for exploration. Needs the build tools. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { outputOf, type Bundle, type IsUsers } from '../bundle.ts';
import { countLoops } from '../loop-budget.ts';
import { ConventionError, locator, type Problem } from '../problems.ts';
import { writesOf } from '../prologue.ts';
import type { Site } from '../sites.ts';
import { parseModule } from '../syntax.ts';
import { siteNumbers, type Generated, type Variants } from '../transform.ts';
import { analyseOrdinary } from './program.ts';
import { LIBRARY, RUNNERS, moduleOfInline } from './inline.ts';
import { prologueOfOrdinary } from './prologue.ts';
import { checkRefusals } from './refusals.ts';
import { rewrite } from './rewrite.ts';
import { workerThreadsOfPackages } from './worker-threads.ts';
import { Writer } from './writer.ts';

/** What the library for tests is while a scenario is explored. */
const LIBRARY_TEXT = `export function scenario(...given) { return given.at(-1); }
export function explore() { throw new Error('explore(…) runs in a test, and not inside a scenario'); }
export class ScenarioFailed extends Error {}
export class UsageError extends Error {}
`;

/**
 * Generates both variants of the module at `entry`.
 * @param isUsers selects the files in which what can't be explored is refused at once; in packages it is refused when it runs
 * @param inline number of the scenario inside the module, from 1; by default the module itself is a scenario
 * @throws ConventionError with every such place, relative to `root`
 */
export async function generateOrdinary(entry: string, root: string, isUsers: IsUsers, inline?: number): Promise<Variants> {
  return transformOrdinary(await bundleOrdinary(entry, root, inline === undefined ? undefined : moduleOfInline(readFileSync(entry, 'utf8'), relative(root, entry), inline)), root, isUsers);
}

/** @param text what the module at `entry` is read as; the file by default */
async function bundleOrdinary(entry: string, root: string, text?: string): Promise<Bundle> {
  const build = await rolldown({
    input: entry,
    platform: 'node',
    logLevel: 'silent',
    // Explored code must be the code as written.
    treeshake: false,
    plugins: [
      workerThreadsOfPackages,
      {
        name: 'loops',
        resolveId(specifier, importer) {
          if (RUNNERS.has(specifier)) throw new Error(`${importer === undefined ? 'the scenario' : relative(root, importer)} imports ${specifier}, which can't run inside a scenario; let check return a sentence, or use node:assert`);
          return specifier === LIBRARY ? `\0${LIBRARY}` : null;
        },
        load: (id) => (id === `\0${LIBRARY}` ? LIBRARY_TEXT : id === entry ? (text ?? null) : null),
        transform: (code, id) => (id.startsWith('\0') ? null : countLoops(code, id)),
      },
    ],
  });
  return outputOf(build, entry);
}

export function transformOrdinary(bundle: Bundle, root: string, isUsers: IsUsers): Variants {
  const program = analyseOrdinary(parseModule(bundle.code));
  const locate = locator(bundle, root);
  const problems: Problem[] = [];
  checkRefusals(program, ({ start }) => isUsers(join(root, locate(start).file)), (at, message) => problems.push({ ...locate(at.start), message }));
  if (problems.length > 0) throw new ConventionError(problems);
  const sites: Site[] = [];
  const numberSite = siteNumbers(sites, program.text, locate);
  const write = (hooked: boolean): Generated => {
    const code = new Writer(program, hooked, numberSite, rewrite).module();
    return { code: `${prologueOfOrdinary(hooked, program.isAsync)} ${code}\nexport const $isAsync = ${program.isAsync}, $waitsAsync = ${program.waitsAsync};\n${writesOf(sites)}`, sites, map: bundle.map };
  };
  return { plain: write(false), hooked: write(true), reach: {} };
}
