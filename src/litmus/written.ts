/** The value that an access stores, by the kind of access. */
import { normal, type Value } from './bytes.ts';
import type { Access } from './program.ts';

/** Returns what the access writes if it has read `old`; undefined if it writes nothing. */
export function written({ kind, value, expected, bytes }: Access, old: Value): Value | undefined {
  if (kind === 'load') return undefined;
  if (kind === 'compareExchange') return old === expected ? value : undefined;
  if (kind !== 'add') return value;
  return bytes === 8 ? normal(BigInt.asUintN(64, BigInt(old) + BigInt(value))) : (Number(old) + value) % 256 ** bytes;
}
