/** Parts of the JSON schemas: units, the tables of figures, and strictness. */
import { z } from 'zod';
import type { Figure, Unit } from '../base/figure.ts';
import { MarkCounts } from '../gc/collect-stats.ts';
import { CYCLE } from '../gc/cycle-log.ts';
import type { MemStats } from '../inspect/memstats.ts';
import { MEMSTATS_FIELDS, type MemStatField } from '../malloc/mstats.ts';

export const count = z.number().int().nonnegative();
export const ns = z.number().nonnegative();
/** A name or a sentence from a file. */
export const text = z.string().max(10_000);

const SCHEMAS: Readonly<Record<Exclude<Unit, 'flag'>, z.ZodNumber>> = {
  count, number: z.number(), bytes: count, ns, ms: count, share: z.number().min(0).max(1),
};

/** Returns the schema of a number in `unit`. */
export function schemaOf(unit: Exclude<Unit, 'flag'>): z.ZodNumber {
  return SCHEMAS[unit];
}

/** Returns the shape of an object with a number for each figure of `table`. */
export function shapeOf<Name extends string>(table: Readonly<Record<Name, Figure & { readonly unit: Exclude<Unit, 'flag'> }>>): Record<Name, z.ZodNumber> {
  const entries = Object.entries<Figure & { readonly unit: Exclude<Unit, 'flag'> }>(table).map(([name, { unit }]) => [name, schemaOf(unit)]);
  return Object.fromEntries(entries) as Record<Name, z.ZodNumber>;
}

const COLLECT_STATS = Object.keys(MarkCounts.at).filter((name) => name !== 'instr');

/** A collection. `collectStats` is there with --godebug collectstats. */
export const cycle = z.object({
  ...shapeOf(CYCLE),
  collectStats: z.object({ ...Object.fromEntries(COLLECT_STATS.map((name) => [name, count])), instr: z.array(count) }).optional(),
});

/** Go's runtime.MemStats. */
export const memstats = z.object(
  Object.fromEntries(Object.entries(MEMSTATS_FIELDS).map(([name, field]) => [name, memStatSchema(field)])) as { [Name in keyof MemStats]: z.ZodType<MemStats[Name]> },
);

function memStatSchema({ kind, unit }: MemStatField): z.ZodType {
  if (kind === 'classes') return z.array(z.object({ Size: count, Mallocs: count, Frees: count }));
  if (unit === 'flag') return z.boolean();
  return kind === 'ring' ? z.array(schemaOf(unit)) : schemaOf(unit);
}

/** Keys of a definition under which zod keeps one schema. */
const INNER = ['element', 'innerType', 'valueType'] as const;

/**
 * Returns `schema` with every object in it strict, so that an undeclared field is an error and not
 * dropped. An object that declares the type of its further fields stays as it is.
 */
export function strictly<Schema extends z.ZodType>(schema: Schema): Schema {
  const def = { ...schema.def } as unknown as Record<string, unknown>;
  for (const key of INNER) if (def[key] instanceof z.ZodType) def[key] = strictly(def[key]);
  for (const key of ['options', 'items']) if (Array.isArray(def[key])) def[key] = (def[key] as z.ZodType[]).map(strictly);
  if (schema instanceof z.ZodObject) {
    def.shape = Object.fromEntries(Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => [name, strictly(field)]));
    def.catchall ??= z.never();
  }
  return schema.clone(def as unknown as Schema['def']);
}

/** Returns the text of `document`. @throws ZodError if it isn't what the strict `schema` declares */
export function print(schema: z.ZodType, document: unknown): string {
  return JSON.stringify(schema.parse(document), null, 2);
}
