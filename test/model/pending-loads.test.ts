import { describe, expect, it } from 'vitest';
import type { Objects } from '../../src/model/objects.ts';
import { PendingLoads } from '../../src/model/pending-loads.ts';

const HIT = 1;
const CHAIN = 2 * HIT;
const HOP = 2 * HIT;

/** Objects of ten words from word 1000 to word 2000; a pointer is the negated word. */
const OBJECTS: Objects = new (class {
  start = 0;
  end = 0;
  find(value: number): boolean {
    if (-value < 1000 || -value >= 2000) return false;
    this.start = Math.floor(-value / 10) * 10;
    this.end = this.start + 10;
    return true;
  }
})();

const pending = (objects: Objects | undefined = OBJECTS) => new PendingLoads(2, HIT, objects);

describe('the loads that a core waits for', () => {
  it('delay the object that they lead to, and no other word', () => {
    const loads = pending();
    expect(loads.load(0, 5, -1234, 10, 10, 100)).toBe(110);
    expect([1229, 1230, 1234, 1239, 1240].map((word) => loads.addressKnown(0, word, 20))).toEqual([20, 110 + CHAIN, 110 + CHAIN, 110 + CHAIN, 20]);
    // Of another thread, or later, nothing.
    expect([loads.addressKnown(1, 1234, 20), loads.addressKnown(0, 1234, 200)]).toEqual([20, 200]);
  });

  it('lead nowhere without objects', () => {
    const loads = new PendingLoads(1, HIT, undefined);
    loads.load(0, 5, -1234, 10, 10, 100);
    expect(loads.addressKnown(0, 1234, 20)).toBe(20);
  });

  it('bring their line to other words of it', () => {
    const loads = pending();
    loads.load(0, 16, 0, 10, 10, 100);
    expect([loads.load(0, 17, 0, 20, 20, 0), loads.load(0, 32, 0, 20, 20, 0), loads.load(0, 18, 0, 200, 200, 0)]).toEqual([110, 20, 200]);
  });

  it.each([['the pointer', -1234], ['its object', 1230]])('delay an object further if %s passes through memory', (_, value) => {
    const loads = pending();
    loads.load(0, 5, -1234, 10, 10, 100);
    // From a word on another line, which hits.
    loads.load(0, 500, value, 20, 20, 0);
    expect(loads.addressKnown(0, 1234, 30)).toBe(110 + HOP + CHAIN);
  });

  it('do not pass through memory when their own word is read again', () => {
    const loads = pending();
    loads.load(0, 5, -1234, 10, 30, 0);
    loads.load(0, 5, -1234, 20, 20, 0);
    expect(loads.addressKnown(0, 1234, 30)).toBe(30 + CHAIN);
  });
});
