/** The views of the report, in the order of the page. A new view is one more entry. */
import { createElement } from 'preact';
import type { FoundView, NamedDocument, View } from './view.ts';
import { player } from './views/player.tsx';
import { scaling } from './views/scaling.tsx';

/** Pairs a view with its data, whose type only the view knows. */
type Finder = (documents: readonly NamedDocument[]) => FoundView | undefined;

function finderOf<Data>({ id, title, about, find, Show }: View<Data>): Finder {
  return (documents) => {
    const data = find(documents);
    return data === undefined ? undefined : { id, title, about, Content: () => createElement(Show, { data }) };
  };
}

const VIEWS: readonly Finder[] = [
  finderOf(scaling),
  finderOf(player),
];

/** Returns the views that have something to show. */
export function findViews(documents: readonly NamedDocument[]): FoundView[] {
  return VIEWS.map((find) => find(documents)).filter((found) => found !== undefined);
}
