/** The result of a suite of benchmarks: rows of samples. */
import type { HeapImage } from '../src/workloads/heaps/image.ts';

export interface Row {
  /** Unique among all rows. */
  readonly name: string;
  readonly unit: 'ms' | 'ns/object' | 'GB/s' | '1/s' | 'of plain';
  readonly samples: readonly number[];
}

export interface Suite {
  readonly name: string;
  readonly summary: string;
  /** @param heaps heaps to measure besides the synthetic graphs, for a suite that marks graphs */
  measure(heaps?: readonly HeapImage[]): AsyncIterable<Row>;
}

/** Reports whether larger values are better. Of times, smaller ones are. */
export function isRate({ unit }: Pick<Row, 'unit'>): boolean {
  return unit === 'GB/s' || unit === '1/s' || unit === 'of plain';
}
