/** Formats numbers for people; bytes in powers of two, as Go does. */

/** Formats a count: 4194303 → "4,194,303". */
export function formatCount(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Formats bytes with three significant digits: "512 KB", "24.1 MB". */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1024, BYTE_UNITS);
}

const TIME_UNITS = ['ns', 'µs', 'ms', 's'];

/** Formats nanoseconds with three significant digits: "77.8 ms". */
export function formatNs(ns: number): string {
  return scaled(ns, 1000, TIME_UNITS);
}

/** Returns a format for a column of nanoseconds: one unit and one number of decimals, so that digits align. */
export function timeColumn(values: readonly number[]): (ns: number) => string {
  const finite = values.filter(Number.isFinite);
  const [unit, divisor] = unitFor(Math.max(0, ...finite), 1000, TIME_UNITS);
  const decimals = decimalsFor(Math.min(...finite) / divisor);
  return (ns) => `${(ns / divisor).toFixed(decimals)} ${unit}`;
}

/** Formats a number with three significant digits, at most two decimals: "0.48", "18.5", "270". */
export function formatNumber(value: number): string {
  return value.toFixed(decimalsFor(value));
}

/** Formats a rate per second: whole from ten, with decimals below, and never 0 if it is positive: "64", "0.31", "0.002". */
export function formatRate(perSecond: number): string {
  if (perSecond >= 9.995 || perSecond <= 0) return formatCount(perSecond);
  return perSecond >= 0.095 ? perSecond.toFixed(2) : String(Number(perSecond.toPrecision(1)));
}

/** Formats a share: 0.123 → "12 %". */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Formats a count with its noun: "1 thread", "2 threads". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

function scaled(value: number, base: number, units: readonly string[]): string {
  const [unit, divisor] = unitFor(value, base, units);
  const number = value / divisor;
  return `${divisor === 1 ? Math.round(number) : number.toFixed(decimalsFor(number))} ${unit}`;
}

function unitFor(value: number, base: number, units: readonly string[]): [string, number] {
  let power = 0;
  // 999.6 would be shown as 1000.
  while (power < units.length - 1 && Math.abs(value) >= base ** (power + 1) - base ** power / 2) power++;
  return [units[power], base ** power];
}

function decimalsFor(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) >= 99.95) return 0;
  return Math.abs(value) >= 9.995 ? 1 : 2;
}
