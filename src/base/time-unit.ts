/** Units for times from a second to days. */

export interface TimeUnit {
  /** The axis's title. */
  readonly name: string;
  readonly symbol: string;
  readonly seconds: number;
}

const SECONDS: TimeUnit = { name: 'seconds', symbol: 's', seconds: 1 };
const MINUTES: TimeUnit = { name: 'minutes', symbol: 'min', seconds: 60 };
const HOURS: TimeUnit = { name: 'hours', symbol: 'h', seconds: 3600 };

/** Returns the unit in which `seconds` is a number of few digits. */
export function timeUnit(seconds: number): TimeUnit {
  if (seconds < 2 * MINUTES.seconds) return SECONDS;
  return seconds < 2 * HOURS.seconds ? MINUTES : HOURS;
}

/** Formats seconds with three significant digits: "0.25 s", "12.5 s", "3.5 min", "8.02 h". */
export function formatSeconds(seconds: number): string {
  const unit = timeUnit(seconds);
  return `${Number((seconds / unit.seconds).toPrecision(3))} ${unit.symbol}`;
}
