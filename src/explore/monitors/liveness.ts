/** At the end, no thread sleeps while work is left that no other thread will do; see end-invariants.ts. */
import { whatIsLeft } from '../end-invariants.ts';
import type { Monitor } from '../monitor.ts';
import type { Report } from './report.ts';

export class Liveness implements Monitor {
  readonly #report: Report;
  #m: Int32Array = new Int32Array(0);

  constructor(report: Report) {
    this.#report = report;
  }

  begin(m: Int32Array): void {
    this.#m = m;
  }

  access(): void {}

  end(): void {
    const left = whatIsLeft(this.#m);
    if (left !== null) this.#report.objectAtEnd(left.code, left.message);
  }
}
