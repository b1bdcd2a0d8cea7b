/** Returns `value`, or the bound that it lies beyond. */
export function between(value: number, least: number, greatest: number): number {
  return Math.min(greatest, Math.max(least, value));
}
