import * as fs from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { writeFully } from '../../src/base/write-fully.ts';

vi.mock('node:fs', () => ({ writeSync: vi.fn() }));

describe('writeFully', () => {
  it('writes everything, however few bytes each call takes and however often the reader is behind', () => {
    const taken: string[] = [];
    let calls = 0;
    vi.mocked(fs.writeSync).mockImplementation(((_: number, bytes: Uint8Array, from: number) => {
      if (++calls % 2 === 0) throw Object.assign(new Error(), { code: 'EAGAIN' });
      taken.push(String.fromCharCode(bytes[from]));
      return 1;
    }) as never);
    writeFully(1, 'text');
    expect(taken).toEqual(['t', 'e', 'x', 't']);
  });

  it('passes on other errors', () => {
    vi.mocked(fs.writeSync).mockImplementation(() => {
      throw Object.assign(new Error(), { code: 'ENOSPC' });
    });
    expect(() => writeFully(1, 'text')).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  });
});
