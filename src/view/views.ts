/** The views of the report, in the order of the page. A new view is one more entry. */
import { createElement } from 'preact';
import type { FoundView, NamedDocument, View } from './view.ts';
import { heapMap } from './views/heap-map.tsx';
import { history } from './views/history.tsx';
import { collectors } from './views/collectors.tsx';
import { composition } from './views/composition.tsx';
import { campaign } from './views/campaign.tsx';
import { costs } from './views/costs.tsx';
import { litmus } from './views/litmus.tsx';
import { mutants } from './views/mutants.tsx';
import { player } from './views/player.tsx';
import { scaling } from './views/scaling.tsx';
import { timeline } from './views/timeline.tsx';

/** Pairs a view with its data, whose type only the view knows. */
type Finder = (documents: readonly NamedDocument[]) => FoundView | undefined;

function finderOf<Data>({ id, title, about, find, Show }: View<Data>): Finder {
  return (documents) => {
    const data = find(documents);
    return data === undefined ? undefined : { id, title, about, Content: () => createElement(Show, { data }) };
  };
}

const VIEWS: readonly Finder[] = [
  // A failure comes first: it is what one looks for.
  finderOf(player),
  finderOf(collectors),
  finderOf(scaling),
  finderOf(costs),
  finderOf(timeline),
  finderOf(history),
  finderOf(heapMap),
  finderOf(composition),
  finderOf(campaign),
  finderOf(mutants),
  finderOf(litmus),
];

/** Returns the views that have something to show. */
export function findViews(documents: readonly NamedDocument[]): FoundView[] {
  return VIEWS.map((find) => find(documents)).filter((found) => found !== undefined);
}
