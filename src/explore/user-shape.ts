/** Checks the shape that a user's scenario returns. */
import { hint } from '../base/suggest.ts';
import { OPTION_WORDS } from '../memory/config.ts';
import { tinyShape } from './scenarios/tiny-shape.ts';

/** Fields that tinyShape leaves at their defaults. */
const OTHERS: readonly string[] = [...Object.keys(OPTION_WORDS), 'arenaFrom'];
/** The field that the knob sets. */
const FIXED = 'procs';

/** Returns the problem of `shape`, as a user's function returned it, or ''. */
export function shapeProblem(shape: unknown): string {
  if (typeof shape !== 'object' || shape === null || Array.isArray(shape)) return `its shape returned ${shape === null ? 'null' : Array.isArray(shape) ? 'a list' : typeof shape}, not an object`;
  const usual: Readonly<Record<string, unknown>> = { ...tinyShape({}) };
  const names = [...Object.keys(usual), ...OTHERS].filter((name) => name !== FIXED);
  for (const [name, value] of Object.entries(shape)) {
    if (name === FIXED) return "its shape sets procs, which is the knob's: export procs";
    if (!names.includes(name)) return `its shape has no field '${name}'${hint(name, names)}`;
    const wanted = typeof (usual[name] ?? 0);
    if (wanted === 'number' && !(Number.isSafeInteger(value) && (value as number) >= 0)) return `its shape's ${name} must be a whole number, not ${String(value)}`;
    if (wanted === 'boolean' && typeof value !== 'boolean') return `its shape's ${name} must be true or false, not ${String(value)}`;
  }
  return '';
}
