/** Measurements between places of the machine: two cores of a socket, and the cores and memories of two sockets. */
import type { Link, Topology } from '../topology.ts';
import type { Probes } from './probe-threads.ts';
import type { SystemFacts } from './system.ts';

export interface Places {
  /** The processors of two cores of one socket; undefined if threads need no pinning to be on two. */
  readonly near: readonly [number, number] | undefined;
  /** The processors of cores of two sockets; undefined on one socket. */
  readonly far: readonly [number, number] | undefined;
}

/** Returns the places to measure. */
export function placesOf({ sockets }: SystemFacts): Places {
  const [first, second] = sockets;
  const plain = sockets.length === 1 && first.every((threads) => threads.length === 1);
  return {
    near: plain || first.length < 2 ? undefined : [first[0][0], first[1][0]],
    far: second === undefined ? undefined : [first[0][0], second[0][0]],
  };
}

/** Returns the topology of the system, with the link between its sockets. */
export function topologyOf({ sockets }: SystemFacts, link: Link | undefined): Topology {
  return { sockets: sockets.length, threadsPerCore: Math.max(...sockets.flat().map((threads) => threads.length)), ...(link === undefined ? {} : { link }) };
}

/** Returns the number of cores. */
export function coresOf({ sockets }: SystemFacts): number {
  return sockets.flat().length;
}

/**
 * Measures the link between two sockets. Its bandwidth is not measured: two threads don't fill it.
 * @param measure repeats a probe until its results agree
 * @param nearNs latency of a miss to the socket's own memory, over `bytes`
 */
export async function measureLink(probes: Probes, [cpu, other]: readonly [number, number], { bytes, nearNs, rmwNs }: { readonly bytes: number; readonly nearNs: number; readonly rmwNs: number }, measure: (what: string, probe: () => Promise<readonly number[]>) => Promise<readonly number[]>): Promise<Link> {
  const [farNs] = await measure('chase, memory of another socket', async () => [await probes.chaseMemoryOf(other, cpu, bytes)]);
  const [trip] = await measure('pingPong, two sockets', () => probes.two('pingPong', 32 << 10, [cpu, other]));
  return { missNs: Math.max(0, farNs - nearNs), transferNs: Math.max(0, trip - rmwNs), bytesPerSecond: null };
}
