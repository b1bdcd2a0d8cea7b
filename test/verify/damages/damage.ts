/** The type of the tables of damages. */
import type { Mem } from '../../../src/memory/struct.ts';
import type { ProblemCode } from '../../../src/verify/problems.ts';

/** A change of a memory that violates one invariant. */
export interface Damage {
  readonly code: ProblemCode;
  readonly what: string;
  readonly point: number;
  readonly apply: (m: Mem) => void;
  /** Other invariants that the damage violates by necessity. */
  readonly with?: readonly ProblemCode[];
  /** The oracle must have checked the end of the mark before. */
  readonly history?: boolean;
}
