/** View 6: an execution, played step by step. */
import { useEffect, useState } from 'preact/hooks';
import type { Player as PlayerData } from '../../report/player.ts';
import { playerAnchor } from '../player-anchor.ts';
import { Player } from '../player/player.tsx';
import type { NamedDocument, View } from '../view.ts';

interface Entry {
  readonly label: string;
  /** The anchor that chooses it; see playerAnchor. */
  readonly anchor: string;
  readonly player: PlayerData;
}

export const player: View<readonly Entry[]> = {
  id: 'player',
  title: 'Replay player',
  about: 'One execution, access by access. A lane for each thread shows who ran when; the panes show what the marked step did, where in the source, and to which word. Numbered steps are those whose order decides.',
  find(documents) {
    const entries = documents.flatMap(entriesOf);
    return entries.length === 0 ? undefined : entries;
  },
  Show: ({ data }) => <Players entries={data} />,
};

function entriesOf({ name, document }: NamedDocument): Entry[] {
  switch (document.command) {
    case 'explore':
    case 'replay':
      return document.player === undefined ? [] : [{ label: `${document.player.name} (${name})`, anchor: playerAnchor('', null), player: document.player }];
    case 'fuzz':
    case 'mutants':
      return (document.players ?? []).map(({ failure, mutant, player: each }) => ({ label: mutant === null ? failure : `${mutant}: ${failure}`, anchor: playerAnchor(failure, mutant), player: each }));
    default:
      return [];
  }
}

function Players({ entries }: { readonly entries: readonly Entry[] }) {
  const [chosen, choose] = useState(0);
  useEffect(() => {
    function follow(): void {
      const at = entries.findIndex(({ anchor }) => anchor === location.hash.slice(1));
      if (at < 0) return;
      choose(at);
      document.getElementById(player.id)?.scrollIntoView();
    }
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [entries]);
  const { player: data } = entries[chosen];
  return (
    <>
      {entries.length > 1 && (
        <p>
          <label>
            Execution{' '}
            <select value={chosen} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
              {entries.map(({ label }, i) => <option key={i} value={i}>{label}</option>)}
            </select>
          </label>
        </p>
      )}
      <Player key={chosen} data={data} />
    </>
  );
}
