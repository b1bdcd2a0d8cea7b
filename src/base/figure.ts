/**
 * A declared figure: its unit and its meaning. Types, readers, tables, JSON schemas and the lists
 * in docs are derived from tables of figures, so a new figure is one new entry.
 */

/** `number` is a count that may be a fraction, such as a median; `ms` is Unix time in milliseconds. */
export type Unit = 'count' | 'number' | 'bytes' | 'ns' | 'ms' | 'share' | 'flag';

export interface Figure {
  readonly unit: Unit;
  /** The row of the docs: a phrase in Markdown without a full stop. */
  readonly about: string;
}
