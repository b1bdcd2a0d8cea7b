/**
 * Goroutines that do what they are told: their ints hold a list of steps, each with two numbers.
 *
 *     ints:  | cursor | order 0 | order 1 | … | 0 |      order: pc, a << 8, b << 16
 */
import type { Mem } from '../../../memory/struct.ts';
import { fatal } from '../../../base/fatal.ts';
import { G_INTS, type GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { PROGRAM_BASE } from '../../../runtime/boot.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { getInt, setInt } from '../../../runtime/mutator.ts';
import { enqueue } from '../../../runtime/ready.ts';
import { groupAdd } from '../../../workloads/join.ts';

/** A step, and its two numbers. */
export type Order = readonly [pc: number, a: number, b: number];

const CURSOR = 0;
/** The last int stays 0. */
export const MOST_ORDERS = G_INTS - 2;

/** Queues a goroutine for `orders` that begins at step `pc`, which asks for the next; the wait group counts it. On M 0, at the start. */
export function startTold(m: Mem, m0: MRef, orders: readonly Order[], pc: number, slots: number, group: number): void {
  if (orders.length > MOST_ORDERS) fatal('TOO_MANY_ORDERS', { orders: orders.length, most: MOST_ORDERS });
  const gp = newg(m, m0, PROGRAM_BASE, pc, slots, false);
  let at = CURSOR;
  for (const [step, a, b] of orders) setInt(m, gp, ++at, step | (a << 8) | (b << 16));
  groupAdd(m, m0, group, 1);
  enqueue(m, m0, gp);
}

/** The step to do next; 0 when all is done. */
export function nextOrder(m: Mem, gp: GRef): number {
  const at = getInt(m, gp, CURSOR) + 1;
  setInt(m, gp, CURSOR, at);
  return getInt(m, gp, at) & 0xff;
}

/** The first number of the step that is being done. */
export function orderA(m: Mem, gp: GRef): number {
  return (getInt(m, gp, getInt(m, gp, CURSOR)) >>> 8) & 0xff;
}

export function orderB(m: Mem, gp: GRef): number {
  return getInt(m, gp, getInt(m, gp, CURSOR)) >>> 16;
}
