/** The sections of players, to which failures are linked. */
import type { AnyDocument, NamedDocument } from './view.ts';

/** The player of a failure. */
export interface PlayerAnchor {
  readonly document: AnyDocument;
  /** The key of the failure. */
  readonly key: string;
  readonly mutant: string | null;
  /** The id of the player's section. */
  readonly anchor: string;
}

interface WithPlayers {
  readonly player?: unknown;
  readonly players?: readonly { readonly failure: string; readonly mutant: string | null }[];
  readonly failure?: { readonly key: string; readonly station: { readonly mutant: string | null } } | null;
}

/** Returns the players in the order of the page, which numbers them from 1. */
export function playerAnchors(documents: readonly NamedDocument[]): PlayerAnchor[] {
  let number = 0;
  return documents.flatMap(({ document }) => {
    const { player, players = [], failure } = document as WithPlayers;
    const found: PlayerAnchor[] = [];
    if (player !== undefined) {
      number++;
      if (failure) found.push({ document, key: failure.key, mutant: failure.station.mutant, anchor: `player-${number}` });
    }
    for (const { failure: key, mutant } of players) found.push({ document, key, mutant, anchor: `player-${++number}` });
    return found;
  });
}
