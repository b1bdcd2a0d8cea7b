/** The facts of a machine are read from Linux's files, and are few without them. */
import { describe, expect, it } from 'vitest';
import { readSystem } from '../../../src/model/calibrate/system.ts';

interface Cpu { readonly socket: number; readonly core: number }

/** Returns a reader of the files of a machine. */
function filesOf(cpus: readonly Cpu[], allowed: string, caches: readonly (readonly [level: string, type: string, size: string])[] = []) {
  const files = new Map<string, string>([['/proc/self/status', `Name:\tnode\nCpus_allowed_list:\t${allowed}\nMems_allowed:\t1`]]);
  for (const [i, { socket, core }] of cpus.entries()) {
    const folder = `/sys/devices/system/cpu/cpu${i}`;
    files.set(`${folder}/topology/physical_package_id`, String(socket)).set(`${folder}/topology/core_id`, String(core));
    for (const [index, [level, type, size]] of caches.entries()) {
      files.set(`${folder}/cache/index${index}/level`, level).set(`${folder}/cache/index${index}/type`, type).set(`${folder}/cache/index${index}/size`, size);
    }
  }
  return (path: string) => files.get(path);
}

/** Two sockets of two cores of two hyper-threads, numbered as Linux does on such machines. */
const EIGHT: readonly Cpu[] = [0, 1].flatMap(() => [0, 1].flatMap((socket) => [0, 1].map((core) => ({ socket, core }))));

describe('readSystem', () => {
  it('groups hyper-threads to cores and cores to sockets', () => {
    expect(readSystem(filesOf(EIGHT, '0-7')).sockets).toEqual([[[0, 4], [1, 5]], [[2, 6], [3, 7]]]);
  });

  it('counts only the processors that this process may use', () => {
    expect(readSystem(filesOf(EIGHT, '1,4-5')).sockets).toEqual([[[1, 5], [4]]]);
  });

  it('reads the sizes of data caches, in KB and MB', () => {
    const files = filesOf(EIGHT, '0-7', [['1', 'Instruction', '64K'], ['1', 'Data', '32K'], ['2', 'Unified', '2M'], ['3', 'Unified', '32768K']]);
    expect(readSystem(files)).toMatchObject({ l1Bytes: 32 << 10, l2Bytes: 2 << 20 });
  });

  it('takes each processor for a core of one socket if the system tells nothing', () => {
    expect(readSystem(() => undefined, 3)).toEqual({ sockets: [[[0], [1], [2]]], l1Bytes: undefined, l2Bytes: undefined });
  });

  it('finds processors on this machine', () => {
    expect(readSystem().sockets.flat(2).length).toBeGreaterThan(0);
  });
});
