import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { BOOT } from '../../src/memory/guardian.ts';
import { atomic, by, declaredRecord, lockField, padding, part, struct } from '../../src/memory/struct.ts';

describe('struct', () => {
  it('lays fields out one after the other in the order of their declaration', () => {
    const record = struct('four', 16, { one: by(BOOT), two: by(BOOT, 3), pad: padding(2), xlast: atomic('any M') });
    expect(record.at).toEqual({ one: 0, two: 1, pad: 4, xlast: 6 });
    expect(record.words).toBe(16);
  });

  it('keeps the offsets of a record with many fields as properties that V8 reads fast', () => {
    setFlagsFromString('--allow-natives-syntax');
    const isFast = new Function('object', 'return %HasFastProperties(object)') as (object: object) => boolean;
    // An object without a prototype, because V8 would find the shape of another one with the same keys and use it for the offsets.
    const fields = Object.create(null) as Record<string, ReturnType<typeof by>>;
    for (let i = 0; i < 40; i++) fields[`f${i}`] = by(BOOT);
    expect(isFast(struct('wide', 40, fields).at)).toBe(true);
  });

  it('accepts fields that fill the record to the last word, and refuses one word more', () => {
    expect(struct('full', 4, { one: by(BOOT, 4) }).at.one).toBe(0);
    expect(() => struct('over', 4, { one: by(BOOT, 4), two: by(BOOT) })).toThrow('its fields take 5 words, declared are 4');
  });

  it('refuses an atomic field without x, and a field with x that is not atomic', () => {
    expect(() => struct('without', 4, { head: atomic('any M') })).toThrow('without.head');
    expect(() => struct('with', 4, { xhead: by(BOOT) })).toThrow('with.xhead');
  });

  it('registers the record, and refuses a second one of its name', () => {
    const record = struct('registered', 4, { one: by(BOOT) });
    expect(declaredRecord('registered')).toBe(record);
    expect(() => struct('registered', 8, { one: by(BOOT) })).toThrow('registered: two records have this name');
  });

  it('does not register a refused record', () => {
    expect(() => struct('refused', 1, { one: by(BOOT, 2) })).toThrow('refused');
    expect(declaredRecord('refused')).toBeUndefined();
  });
});

describe('a field', () => {
  it('names the record that it holds, and the lock', () => {
    expect(part('spanlist', 4)).toEqual({ words: 4, guardian: { kind: 'parts' }, part: 'spanlist' });
    expect(lockField('gclock')).toEqual({ words: 2, guardian: { kind: 'parts' }, part: 'lock', lock: 'gclock' });
  });
});
