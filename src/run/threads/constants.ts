/** Guards the constants of a machine. After boot only a stray write of a user's step can change them. */
import { writeConfig, type MemoryMap } from '../../memory/map.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import type { Mem } from '../../memory/struct.ts';
import { HeapBroken } from '../errors.ts';

/**
 * Returns a check that the constants in `m` are those of `map`. Every reader of the memory depends on
 * them: with wrong ones it might not terminate.
 * @param module path of the user's module that runs on the machine
 * @returns a function that throws HeapBroken CONSTANTS_CHANGED
 */
export function constantsCheck(m: Mem, map: MemoryMap, module?: string): () => void {
  const right = new Int32Array(CONFIG + Config.words);
  writeConfig(right, map);
  const fields = Object.entries(Config.at);
  return () => {
    for (const [name, at] of fields) {
      const value = m[CONFIG + at];
      if (value !== right[CONFIG + at]) throw new HeapBroken('CONSTANTS_CHANGED', [`CONSTANTS_CHANGED: the machine's ${name} is ${value}, and was made ${right[CONFIG + at]}`], module);
    }
  };
}
