/** The error for a lost worker. In a file of its own, because the pool's package takes time to load. */
import { EXIT } from '../../base/fatal.ts';

/** A worker died, or did not answer. The results of the others are kept. */
export class WorkerLost extends Error {
  readonly exitCode = EXIT.hang;

  constructor(what: string) {
    super(what);
    this.name = 'WorkerLost';
  }
}
