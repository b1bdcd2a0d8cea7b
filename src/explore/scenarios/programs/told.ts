/**
 * Goroutines that carry out orders. A goroutine's ints hold the list of its orders: a step and two numbers each.
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

/** A step and its two numbers. */
export type Order = readonly [pc: number, a: number, b: number];

const CURSOR = 0;
/** The last int stays 0: it ends the list. */
export const MOST_ORDERS = G_INTS - 2;

/** Queues a goroutine for `orders` on M 0, before the start. It begins at step `pc`, which fetches the first order; the wait group counts it. */
export function startTold(m: Mem, m0: MRef, orders: readonly Order[], pc: number, slots: number, group: number): void {
  if (orders.length > MOST_ORDERS) fatal('TOO_MANY_ORDERS', { orders: orders.length, most: MOST_ORDERS });
  const gp = newg(m, m0, PROGRAM_BASE, pc, slots, false);
  let at = CURSOR;
  for (const [step, a, b] of orders) setInt(m, gp, ++at, step | (a << 8) | (b << 16));
  groupAdd(m, m0, group, 1);
  enqueue(m, m0, gp);
}

/** Returns the next order's step; 0 after the last. */
export function nextOrder(m: Mem, gp: GRef): number {
  const at = getInt(m, gp, CURSOR) + 1;
  setInt(m, gp, CURSOR, at);
  return getInt(m, gp, at) & 0xff;
}

/** Returns the first number of the current order. */
export function orderA(m: Mem, gp: GRef): number {
  return (getInt(m, gp, getInt(m, gp, CURSOR)) >>> 8) & 0xff;
}

export function orderB(m: Mem, gp: GRef): number {
  return getInt(m, gp, getInt(m, gp, CURSOR)) >>> 16;
}
