/** Workloads by name, and from modules of the user's. */
import { z } from 'zod';
import { UsageError } from '../base/fatal.ts';
import type { TypeTable } from '../heap/type-table.ts';
import { G_INTS } from '../machine/g.ts';
import { BUILT_INS, builtIn } from './built-ins.ts';
import { importWorkload, messageOf } from './user-module.ts';
import type { Workload } from './workload.ts';

export { checkParams } from './params.ts';

/** Pointer slots of a frame; far more than any program needs. */
const MAX_SLOTS = 4096;
/** Sentences of one error; the rest would only repeat them. */
const MAX_PROBLEMS = 3;

const aFunction = z.custom<unknown>((value) => typeof value === 'function', 'must be a function');

const aTypeTable = z.custom<TypeTable>(isTypeTable, 'must be made by typeTable()');

function isTypeTable(value: unknown): boolean {
  const { types, index } = Object(value) as Partial<TypeTable>;
  return Array.isArray(types) && typeof index === 'function';
}

const ParamShape = z
  .object({ default: z.int(), min: z.int(), max: z.int(), help: z.string() })
  .refine((param) => param.min <= param.max, { error: 'has a min above its max' })
  .refine((param) => param.default >= param.min && param.default <= param.max, { error: 'has a default outside min to max' });

const WorkloadShape = z
  .object({
    name: z.string().min(1),
    summary: z.string(),
    params: z.record(z.string().regex(/^[A-Za-z][\w-]*$/, 'is no name for a param'), ParamShape),
    needs: aFunction,
    types: aTypeTable.optional(),
    build: aFunction.optional(),
    steps: z.array(aFunction).min(1, 'must have at least one step'),
    main: z.object({ pc: z.int().min(0), slots: z.int().min(0).max(MAX_SLOTS) }),
    args: aFunction,
    report: aFunction.optional(),
  })
  .refine(({ main, steps }) => main.pc < Math.max(1, steps.length), { path: ['main', 'pc'], error: 'lies past the last step' });

/** The built-in workloads, in the order of `--help`. */
export function listWorkloads(): readonly Workload[] {
  return BUILT_INS;
}

/** What `needs` must answer. */
const NeedsShape = z.object({
  arenaBytes: z.number().min(0).max(2 ** 32),
  globals: z.int().min(0).max(1 << 24),
  goroutines: z.int().min(1).max(1 << 20),
  stackWords: z.int().min(16).max(1 << 20).optional(),
});

const ArgsShape = z.array(z.number()).max(G_INTS, `can be at most ${G_INTS}, the ints of a goroutine`);

/**
 * The built-in workload `spec`, or the one that the module at the path or file URL `spec`
 * exports by default: a Workload, or a function from the toolkit to one.
 * @throws UsageError in a sentence that says what is wrong with it
 */
export async function loadWorkload(spec: string): Promise<Workload> {
  const known = builtIn(spec);
  if (known !== undefined) return known;
  return guarded(spec, checkWorkload(spec, await importWorkload(spec)));
}

function checkWorkload(spec: string, made: unknown): Workload {
  return checked(`workload module ${spec}`, WorkloadShape, made) as unknown as Workload;
}

/** The user's `needs` and `args` are checked whenever they are asked. */
function guarded(spec: string, workload: Workload): Workload {
  const where = `workload module ${spec}`;
  return {
    ...workload,
    needs: (params) => checked(`${where}: needs()`, NeedsShape, attempt(`${where}: needs()`, () => workload.needs(params))),
    args: (params, seed) => checked(`${where}: args()`, ArgsShape, attempt(`${where}: args()`, () => workload.args(params, seed))),
  };
}

function attempt<T>(where: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw new UsageError(`${where} threw: ${messageOf(error)}`);
  }
}

function checked<T>(where: string, shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, MAX_PROBLEMS).map((issue) => {
    const path = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('').replace(/^\./, '');
    return path === '' ? issue.message : `${path} ${issue.message}`;
  });
  throw new UsageError(`${where}: ${problems.join('; ')}`);
}
