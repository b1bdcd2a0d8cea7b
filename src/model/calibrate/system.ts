/** What Linux tells of this machine: cores, hyper-threads, sockets, and the sizes of a core's caches. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export interface SystemFacts {
  /** By socket, by core: the numbers of its hyper-threads. Only those that this process may use. */
  readonly sockets: readonly (readonly (readonly number[])[])[];
  /** Bytes of a core's caches; undefined if the system doesn't tell. */
  readonly l1Bytes: number | undefined;
  readonly l2Bytes: number | undefined;
}

/** Returns the content of a file, or undefined if it can't be read. */
export type ReadFact = (path: string) => string | undefined;

const CPUS = '/sys/devices/system/cpu';
/** More than a core has. */
const MOST_CACHES = 8;

/** Reads the facts. Where there are none, each processor is a core of one socket. */
export function readSystem(read: ReadFact = readFact, parallelism = availableParallelism()): SystemFacts {
  const allowed = parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(read('/proc/self/status') ?? '')?.[1] ?? '');
  const sockets = new Map<string, Map<string, number[]>>();
  for (const cpu of allowed) {
    const socket = read(`${CPUS}/cpu${cpu}/topology/physical_package_id`);
    const core = read(`${CPUS}/cpu${cpu}/topology/core_id`);
    if (socket === undefined || core === undefined) continue;
    const cores = sockets.get(socket) ?? new Map<string, number[]>();
    sockets.set(socket, cores.set(core, [...(cores.get(core) ?? []), cpu]));
  }
  return {
    sockets: sockets.size > 0 ? [...sockets.values()].map((cores) => [...cores.values()]) : [Array.from({ length: parallelism }, (_, cpu) => [cpu])],
    l1Bytes: cacheBytes(read, allowed[0], 1),
    l2Bytes: cacheBytes(read, allowed[0], 2),
  };
}

function readFact(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Parses "0-3,8" to its numbers. */
function parseCpuList(text: string): number[] {
  return text.split(',').filter((part) => part !== '').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** Returns the bytes of the data cache of a level. */
function cacheBytes(read: ReadFact, cpu: number | undefined, level: number): number | undefined {
  for (let i = 0; i < MOST_CACHES; i++) {
    const cache = `${CPUS}/cpu${cpu}/cache/index${i}`;
    if (read(`${cache}/level`) !== String(level) || read(`${cache}/type`) === 'Instruction') continue;
    const [, size, unit] = /^(\d+)([KM])$/.exec(read(`${cache}/size`) ?? '') ?? [];
    if (size !== undefined) return Number(size) * (unit === 'K' ? 2 ** 10 : 2 ** 20);
  }
  return undefined;
}
