/** Loads a workload by its name, or from a user's module, whose exports and results it validates. */
import { z } from 'zod';
import { Fatal, UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { messageOf } from '../base/thrown.ts';
import { placeOf } from '../base/user-frame.ts';
import type { TypeTable } from '../heap/type-table.ts';
import { G_INTS } from '../machine/g.ts';
import { builtIn } from './built-ins.ts';
import { importWorkload } from './user-module.ts';
import type { Workload } from './workload.ts';

/** Most pointer slots of a frame. */
const MAX_SLOTS = 4096;
/** Most problems listed in one error. */
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

/** The result of `needs`. */
const NeedsShape = z.object({
  arenaBytes: z.number().min(0).max(2 ** 32),
  globals: z.int().min(0).max(1 << 24),
  goroutines: z.int().min(1).max(1 << 20),
  stackWords: z.int().min(16).max(1 << 20).optional(),
});

const ReportShape = z.array(z.string());

const ArgsShape = z.array(z.number()).max(G_INTS, `can be at most ${G_INTS}, the ints of a goroutine`);

/**
 * Loads the built-in workload `spec`, or the default export of the module at the path or file URL
 * `spec`: a Workload, or a function from the toolkit to a Workload.
 * @param file the file to import for that module, if it is another
 * @throws UsageError with a sentence that names the module and the fault
 */
export async function loadWorkload(spec: string, file = spec): Promise<Workload> {
  const known = builtIn(spec);
  if (known !== undefined) return known;
  return guarded(spec, checkWorkload(spec, await importWorkload(spec, file)));
}

function checkWorkload(spec: string, made: unknown): Workload {
  const where = `workload module ${printable(spec)}`;
  // A getter or a Proxy of the user may throw while it is read.
  return attempt(`${where}: its default export`, () => checked(where, WorkloadShape, made)) as unknown as Workload;
}

/** Wraps the functions of a user's workload in checks of their results. */
function guarded(spec: string, workload: Workload): Workload {
  const where = `workload module ${printable(spec)}`;
  const { build, report } = workload;
  function ask<T>(name: string, shape: z.ZodType<T>, call: () => unknown): T {
    const part = `${where}: ${name}()`;
    return attempt(part, () => {
      const answer = call();
      if (isPromise(answer)) throw new UsageError(`${part} returned a promise; it must be done when it returns`);
      return checked(part, shape, answer);
    });
  }
  return {
    ...workload,
    needs: (params) => ask('needs', NeedsShape, () => workload.needs(params)),
    args: (params, seed) => ask('args', ArgsShape, () => workload.args(params, seed)),
    ...(build === undefined ? {} : { build: (m, m0, params) => void ask('build', z.unknown(), () => build(m, m0, params)) }),
    ...(report === undefined ? {} : { report: (m, params) => ask('report', ReportShape, () => report(m, params)) }),
  };
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Returns the result of `ask`. Turns an error of the user's code into a UsageError. */
function attempt<T>(where: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UsageError && error.message.startsWith('workload module')) throw error;
    if (error instanceof Fatal) throw error;
    throw new UsageError(`${where} threw: ${messageOf(error)}${placeOf(error)}`);
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
