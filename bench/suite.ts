/** What a suite of benchmarks gives: rows of samples. */

export interface Row {
  /** Unlike any other row's. */
  readonly name: string;
  readonly unit: 'ms' | 'ns/object' | 'GB/s' | '1/s';
  readonly samples: readonly number[];
}

export interface Suite {
  readonly name: string;
  readonly summary: string;
  measure(): AsyncIterable<Row>;
}

/** Is more of it better? Of times less is. */
export function isRate({ unit }: Pick<Row, 'unit'>): boolean {
  return unit === 'GB/s' || unit === '1/s';
}
