/** View 7, second part: how soon exploration finds each planted bug. */
import { useState } from 'preact/hooks';
import { formatCount, formatShare, plural } from '../../base/units.ts';
import { findKills, shareFound, type KillRow, type Kills, type Search } from '../mutant-kills.ts';
import { Chart } from '../parts/chart.tsx';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { formatSeconds } from '../../base/time-unit.ts';
import type { View } from '../view.ts';

export const mutants: View<Kills> = {
  id: 'mutants',
  title: 'Mutants',
  about: 'Bugs that were planted, one at a time, and searched for, once for each seed. A mutant is killed if every search found it; those that were not come first. Executions and seconds are medians, and a search that found nothing counts in full. Each row has a dot for each search, placed by the logarithm of its executions, and a ring for one that found nothing.',
  find: findKills,
  Show: ({ data }) => <KillTable kills={data} />,
};

/** Rows that are shown at first. */
const LIMIT = 30;

function KillTable({ kills: { rows, seconds, strategies } }: { readonly kills: Kills }) {
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<KillRow>();
  const killed = rows.filter(({ fate }) => fate === 'killed').length;
  const searches = rows.reduce((sum, row) => sum + row.searches.length, 0);
  const most = Math.max(1, ...rows.flatMap((row) => row.searches.map(({ executions }) => executions)));
  const wanted = words.toLowerCase();
  const shown = rows.filter(({ name, module, history, by = '' }) => `${name} ${module} ${history} ${by}`.toLowerCase().includes(wanted));
  return (
    <>
      <ul class="facts">
        <li>{formatCount(killed)} of {plural(rows.length, 'mutant')} killed</li>
        <li>{plural(searches, 'search', 'searches')} of at most {formatSeconds(seconds)}</li>
        <li>strategy {strategies.join(', ')}</li>
      </ul>
      <ShareFound rows={rows} />
      <div class="row">
        <label>Only with <input type="search" value={words} onInput={({ currentTarget }) => setWords(currentTarget.value)} placeholder="name, module, history" /></label>
        <span class="muted" aria-live="polite">{plural(shown.length, 'mutant')}</span>
      </div>
      <DataTable caption="Mutants and their searches" rows={shown} columns={columnsOf(most, rows.some(({ anchor }) => anchor !== undefined))} limit={LIMIT} onChoose={setChosen} isChosen={(row) => row === chosen} />
      {chosen !== undefined && <Details row={chosen} />}
    </>
  );
}

function columnsOf(most: number, hasPlayers: boolean): Column<KillRow>[] {
  return [
    { name: 'mutant', value: ({ name }) => name },
    { name: 'module', value: ({ module }) => module },
    { name: 'history', value: ({ history }) => history, show: ({ history }) => <span title={history}>{history.split(/[;:,(]/)[0].trim()}</span> },
    { name: 'found', value: ({ found, searches }) => (searches.length === 0 ? -1 : found / searches.length), show: (row) => <Found row={row} /> },
    { name: 'by', value: ({ by, lost }) => by ?? lost },
    { name: 'executions', value: ({ executions }) => executions, show: ({ executions }) => (executions === undefined ? '–' : formatCount(executions)) },
    { name: 'seconds', value: ({ seconds }) => seconds, show: ({ seconds }) => (seconds === undefined ? '–' : seconds.toFixed(2)) },
    { name: 'each search', value: ({ executions }) => executions, show: ({ searches }) => <Strip searches={searches} most={most} /> },
    ...(hasPlayers ? [PLAYER] : []),
  ];
}

const PLAYER: Column<KillRow> = { name: 'player', value: ({ anchor }) => anchor, show: ({ anchor }) => (anchor === undefined ? '–' : <a href={`#${anchor}`}>play it</a>) };

function Found({ row: { fate, found, searches } }: { readonly row: KillRow }) {
  if (fate === 'lost') return <span class="bad">lost</span>;
  const text = `${found} of ${searches.length}`;
  return fate === 'killed' ? <span>{text}</span> : <b class="bad">{text}</b>;
}

const STRIP_WIDTH = 150;
const STRIP_HEIGHT = 14;
const DOT = 3;

/** Draws a dot for each search, placed by the logarithm of its executions; a search that found nothing is a ring. */
function Strip({ searches, most }: { readonly searches: readonly Search[]; readonly most: number }) {
  const at = (executions: number) => DOT + (Math.log(Math.max(1, executions)) / Math.log(Math.max(2, most))) * (STRIP_WIDTH - 2 * DOT);
  const label = searches.map(({ executions, failure }) => `${formatCount(executions)}${failure === null ? ', not found' : ''}`).join('; ');
  return (
    <svg class="strip" width={STRIP_WIDTH} height={STRIP_HEIGHT} role="img" aria-label={`Executions of each search: ${label}`}>
      <line x1="0" x2={STRIP_WIDTH} y1={STRIP_HEIGHT / 2} y2={STRIP_HEIGHT / 2} />
      {searches.map(({ executions, failure }, i) => <circle key={i} class={failure === null ? 'missed' : undefined} cx={at(executions)} cy={STRIP_HEIGHT / 2} r={DOT - (failure === null ? 0.5 : 0)} />)}
    </svg>
  );
}

function ShareFound({ rows }: { readonly rows: readonly KillRow[] }) {
  const points = shareFound(rows);
  if (points.length < 2) return null;
  const most = points[points.length - 1];
  const half = points.find(({ y }) => y >= 0.5);
  return (
    <>
      <h3>Searches that found their mutant</h3>
      <Chart
        label={`Share of searches that found their mutant by executions: ${half === undefined ? '' : `half within ${formatCount(half.x)}, `}${formatShare(most.y)} within ${formatCount(most.x)}.`}
        height={220}
        curves={[{ name: formatShare(most.y), color: 2, form: 'area', points }]}
        x={{ name: 'executions', isLog: true, format: formatCount, range: [1, Math.max(2, most.x)] }}
        y={{ name: 'share', format: formatShare, range: [0, 1] }}
      />
    </>
  );
}

function Details({ row: { name, module, breaks, history, searches } }: { readonly row: KillRow }) {
  return (
    <div class="details" aria-live="polite">
      <h3>{name}</h3>
      <p>{breaks}</p>
      <p class="muted">{module}; {history}</p>
      <DataTable
        caption={`Searches for ${name}`}
        rows={searches}
        columns={[
          { name: 'seed', value: ({ seed }) => seed },
          { name: 'executions', value: ({ executions }) => executions, show: ({ executions }) => formatCount(executions) },
          { name: 'seconds', value: ({ seconds }) => seconds, show: ({ seconds }) => seconds.toFixed(2) },
          { name: 'failure', value: ({ failure }) => failure?.key ?? 'not found' },
          { name: 'repeat', value: ({ failure }) => failure?.repeat, show: ({ failure }) => (failure === null ? '–' : <code>{failure.repeat}</code>) },
        ]}
      />
    </div>
  );
}
