import { describe, expect, it } from 'vitest';
import { allowedProcessors } from '../../../src/litmus/real/processors.ts';

describe('allowedProcessors', () => {
  it('reads ranges and single numbers', () => {
    expect(allowedProcessors(() => 'Name:\tnode\nCpus_allowed_list:\t0-2,8,10-11\nMems_allowed:\t1\n')).toEqual([0, 1, 2, 8, 10, 11]);
  });

  it('knows none if the system tells nothing', () => {
    expect(allowedProcessors(() => 'Name:\tnode\n')).toEqual([]);
    expect(allowedProcessors(() => {
      throw new Error('ENOENT');
    })).toEqual([]);
  });
});
