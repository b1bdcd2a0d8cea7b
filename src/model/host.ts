/** The machine that this process runs on, as a machine model names its own. */
import { availableParallelism, cpus } from 'node:os';
import type { Host } from './machine-model.ts';

export function thisHost(): Host {
  return { cpu: cpus()[0]?.model.trim() || 'unknown', cores: availableParallelism(), node: process.versions.node };
}

/** Node's releases compile the same source to different code. */
const majorOf = (version: string): string => version.split('.')[0];

/** What tells `measured` from `here`, in words: "another processor (…)"; undefined if they are the same machine. */
export function differenceOf(measured: Host, here: Host): string | undefined {
  if (measured.cpu !== here.cpu) return `another processor (${measured.cpu}, and this is ${here.cpu})`;
  if (measured.cores !== here.cores) return `${measured.cores} cores, and here are ${here.cores}`;
  if (majorOf(measured.node) !== majorOf(here.node)) return `Node ${measured.node}, and this is ${here.node}`;
  return undefined;
}
