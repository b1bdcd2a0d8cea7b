/** The anchors of players. */
import { describe, expect, it } from 'vitest';
import { anchorIn, playerAnchor } from '../../src/view/player-anchor.ts';
import type { AnyDocument } from '../../src/view/view.ts';

describe('the anchor of a player', () => {
  it('holds no character that ends an attribute or a URL, whatever the failure is called', () => {
    expect(playerAnchor('a"><img src=x>\u202e\ud800 b#c', 'm')).toMatch(/^player:[\w%.~!*'()-]+$/);
  });

  it('is that of the failure and the mutant, or of the only player of the document', () => {
    const many = { players: [{ failure: 'a', mutant: null }, { failure: 'b', mutant: 'm' }] } as unknown as AnyDocument;
    expect([anchorIn(many, 'a', null), anchorIn(many, 'a', 'm'), anchorIn(many, 'b', 'm')]).toEqual([playerAnchor('a', null), undefined, playerAnchor('b', 'm')]);
    expect(anchorIn({ player: {} } as unknown as AnyDocument, 'a', null)).toBe(playerAnchor('', null));
    expect(anchorIn({} as AnyDocument, 'a', null)).toBeUndefined();
  });
});
