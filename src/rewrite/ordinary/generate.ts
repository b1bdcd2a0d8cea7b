/** Builds a module of ordinary code, with all that it imports, for exploration. Needs the build tools. */
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { outputOf, type Bundle, type IsUsers } from '../bundle.ts';
import { countLoops } from '../loop-budget.ts';
import { ConventionError, locator, type Problem } from '../problems.ts';
import { writesOf } from '../prologue.ts';
import type { Site } from '../sites.ts';
import { parseModule } from '../syntax.ts';
import { siteNumbers, type Generated, type Variants } from '../transform.ts';
import { analyseOrdinary } from './program.ts';
import { prologueOfOrdinary } from './prologue.ts';
import { checkRefusals } from './refusals.ts';
import { rewrite } from './rewrite.ts';
import { Writer } from './writer.ts';

/**
 * Generates both variants of the module at `entry`.
 * @param isUsers selects the files in which what can't be explored is refused at once; in packages it is refused when it runs
 * @throws ConventionError with every such place, relative to `root`
 */
export async function generateOrdinary(entry: string, root: string, isUsers: IsUsers): Promise<Variants> {
  return transformOrdinary(await bundleOrdinary(entry), root, isUsers);
}

async function bundleOrdinary(entry: string): Promise<Bundle> {
  const build = await rolldown({
    input: entry,
    platform: 'node',
    logLevel: 'silent',
    // Explored code must be the code as written.
    treeshake: false,
    plugins: [{ name: 'loops', transform: (code, id) => (id.startsWith('\0') ? null : countLoops(code, id)) }],
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
    return { code: `${prologueOfOrdinary(hooked)} ${code}\n${writesOf(sites)}`, sites, map: bundle.map };
  };
  return { plain: write(false), hooked: write(true), reach: {} };
}
