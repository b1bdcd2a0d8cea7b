/** The view of timelines: what each thread did when, and which work decided how long the collection took. */
import { useMemo, useState } from 'preact/hooks';
import { Board } from '../timeline/board.tsx';
import { counterpartOf, findTimelines, titleOf, type NamedTimeline } from '../timeline/find-timelines.ts';
import { prepare } from '../timeline/prepared.ts';
import { cut } from '../timeline/tip.tsx';
import type { View } from '../view.ts';

const NONE = -1;

function Timelines({ data }: { readonly data: readonly NamedTimeline[] }) {
  const [first, setFirst] = useState(0);
  const [second, setSecond] = useState(() => counterpartOf(data, 0));
  const prepared = useMemo(() => [first, second].filter((i) => i !== NONE).map((i) => prepare(data[i].name, data[i].timeline)), [data, first, second]);
  const names = data.map((each) => cut(titleOf(each)));
  return (
    <>
      {data.length > 1 && (
        <div class="row">
          <Choice
            name="Timeline"
            value={first}
            names={names}
            choose={(i) => {
              setFirst(i);
              setSecond(counterpartOf(data, i));
            }}
          />
          <Choice name="Compared with" value={second} names={names} none="none" choose={setSecond} />
        </div>
      )}
      <Board key={`${first} ${second}`} timelines={prepared} />
    </>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: number;
  readonly names: readonly string[];
  /** The name of having none, if that is possible. */
  readonly none?: string;
  readonly choose: (index: number) => void;
}

function Choice({ name, value, names, none, choose }: ChoiceProps) {
  return (
    <label>
      {name}{' '}
      <select value={String(value)} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
        {none !== undefined && <option value={String(NONE)}>{none}</option>}
        {names.map((each, i) => <option key={i} value={String(i)}>{each}</option>)}
      </select>
    </label>
  );
}

export const timeline: View<readonly NamedTimeline[]> = {
  id: 'timeline',
  title: 'Timeline of a collection',
  about: 'A lane for each thread. Arrows show work that one thread handed to another or stole from it; the band above the lanes is the critical path, the chain of work that decided when the mark ended.',
  find: findTimelines,
  Show: Timelines,
};
