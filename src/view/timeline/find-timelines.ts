/** The timelines that the documents hold. */
import type { Timeline } from '../../report/timeline.ts';
import type { NamedDocument } from '../view.ts';

export interface NamedTimeline {
  /** Of the document and the timeline. */
  readonly name: string;
  readonly timeline: Timeline;
}

/** Returns the timelines of all documents that have lanes; undefined if there are none. */
export function findTimelines(documents: readonly NamedDocument[]): NamedTimeline[] | undefined {
  const found = documents.flatMap(({ name, document }) => {
    const { timeline } = document as { readonly timeline?: Timeline };
    if (timeline === undefined || timeline.lanes.length === 0) return [];
    return [{ name: documents.length > 1 ? `${name}: ${timeline.name}` : timeline.name, timeline }];
  });
  return found.length > 0 ? found : undefined;
}

const CLOCK_NAMES: Readonly<Record<Timeline['clock'], string>> = { measured: 'measured', virtual: 'predicted', steps: 'explored' };

/** Returns a timeline's name with where its times come from. */
export function titleOf({ name, timeline }: NamedTimeline): string {
  return `${name} (${CLOCK_NAMES[timeline.clock]})`;
}

/** Returns the timeline to lay below the one at `index`: for a measured one the first prediction, and the other way round; -1 for none. */
export function counterpartOf(timelines: readonly NamedTimeline[], index: number): number {
  const { clock } = timelines[index].timeline;
  if (clock === 'steps') return -1;
  return timelines.findIndex(({ timeline }) => timeline.clock === (clock === 'measured' ? 'virtual' : 'measured'));
}
