/** The text form of a memory profile, as Go 1.3 and 1.4 write it. */
import { describe, expect, it } from 'vitest';
import { formatHeapProfile } from '../../src/report/heap-text.ts';
import { memstats } from '../cli/fakes.ts';

describe('formatHeapProfile', () => {
  it('has totals in front, and twice the rate', () => {
    const records = [{ bytes: 16, allocs: 5, frees: 2, stack: [] }, { bytes: 100, allocs: 4, frees: 1, stack: [] }];
    const [head, first, , second] = formatHeapProfile({ rate: 512, records }, memstats);
    expect(head).toBe('heap profile: 6: 348 [9: 480] @ heap/1024');
    expect([first, second]).toEqual(['3: 48 [5: 80] @', '3: 300 [4: 400] @']);
  });

  it('has the fields of MemStats with their own values', () => {
    const lines = formatHeapProfile({ rate: 1, records: [] }, {
      ...memstats, StackInuse: 1, StackSys: 2, MSpanInuse: 3, MSpanSys: 4, MCacheInuse: 5, MCacheSys: 6, HeapIdle: 7, HeapInuse: 8, HeapReleased: 9, PauseNs: [10, 11], NumGC: 12,
    });
    expect(lines).toEqual(expect.arrayContaining([
      '# Stack = 1 / 2', '# MSpan = 3 / 4', '# MCache = 5 / 6', '# HeapIdle = 7', '# HeapInuse = 8', '# HeapReleased = 9', '# PauseNs = [10 11]', '# NumGC = 12', '# EnableGC = true',
    ]));
  });
});
