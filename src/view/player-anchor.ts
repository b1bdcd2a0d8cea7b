/** The anchors of players, by which other views link to them. */
import type { AnyDocument } from './view.ts';

/** Returns the anchor under which the player of a failure is reached. Without a name, it is the player of an exploration or a replay. */
export function playerAnchor(failure: string, mutant: string | null): string {
  // A lone surrogate can't be encoded.
  return `player:${encodeURIComponent(`${mutant ?? ''}:${failure}`.replaceAll(/\p{Cs}/gu, '\ufffd'))}`;
}

interface WithPlayers {
  readonly player?: unknown;
  readonly players?: readonly { readonly failure: string; readonly mutant: string | null }[];
}

/** Returns the anchor of the player of the failure `key` in its document; undefined if there is none. */
export function anchorIn(document: AnyDocument, key: string, mutant: string | null): string | undefined {
  const { player, players = [] } = document as WithPlayers;
  if (player !== undefined) return playerAnchor('', null);
  return players.some((each) => each.failure === key && each.mutant === mutant) ? playerAnchor(key, mutant) : undefined;
}
