import binaryen from 'binaryen';
import { describe, expect, it } from 'vitest';
import { MODULE, MODULE_TEXT, atomicNs } from '../../../src/model/calibrate/atomics.ts';

describe('the atomics of WebAssembly', () => {
  it('are in the module as its text says', () => {
    const module = binaryen.parseText(MODULE_TEXT);
    module.setFeatures(binaryen.Features.All);
    expect(Buffer.from(module.emitBinary()).toString('base64')).toBe(MODULE);
  });

  it.each(['load', 'store', 'rmw'] as const)('take some time: %s', (loop) => {
    expect(atomicNs(loop)).toBeGreaterThan(0);
    expect(atomicNs(loop)).toBeLessThan(1000);
  });
});
