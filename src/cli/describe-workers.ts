/** Workers of a queue in words. */
import { printable } from '../base/printable.ts';
import { plural } from '../base/units.ts';
import type { WorkerFacts } from '../queue/queue.ts';

/** Returns "3 workers on 2 hosts", or names the host if there is one: "1 worker on build7". */
export function describeWorkers(workers: readonly WorkerFacts[]): string {
  const hosts = [...new Set(workers.map(({ host }) => host))];
  if (hosts.length === 0) return 'no workers';
  return `${plural(workers.reduce((sum, { jobs }) => sum + jobs, 0), 'worker')} on ${hosts.length === 1 ? printable(hosts[0], 40) : plural(hosts.length, 'host')}`;
}
