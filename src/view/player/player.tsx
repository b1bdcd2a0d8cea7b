/** The player of one execution: its step, and everything that is shown of it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatCount } from '../../base/units.ts';
import type { Player as PlayerData } from '../../report/player.ts';
import { Controls, KeyLegend, SPEEDS, keyAction, type Jumps } from './controls.tsx';
import { Execution } from './execution.ts';
import { STEP_KINDS } from './kinds.ts';
import { Lanes, Overview } from './lanes.tsx';
import { ChangedLately, StepsAround, Threads, Word, numberOf } from './panes.tsx';
import { usePlay } from './play.ts';
import { Source } from './source.tsx';
import { Summary } from './summary.tsx';
import { WordHistory } from './words.ts';

export function Player({ data }: { readonly data: PlayerData }) {
  const execution = useMemo(() => new Execution(data), [data]);
  const history = useMemo(() => new WordHistory(execution), [execution]);
  const [step, setStep] = useState(() => firstShown(execution));
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(SPEEDS[1]);
  const last = execution.length - 1;
  function go(to: number): void {
    setStep(Math.max(0, Math.min(last, to)));
  }
  function goIf(to: number | undefined): void {
    if (to === undefined) return;
    setPlaying(false);
    go(to);
  }
  const { preemptions, moments } = data;
  const jumps: Jumps = {
    step: (by) => goIf(step + by),
    first: () => goIf(0),
    last: () => goIf(last),
    preemption: (by) => goIf(Execution.next(preemptions.step, step, by)),
    critical: () => goIf(moments.find((moment) => moment.step > step)?.step ?? moments[0]?.step),
    togglePlay() {
      if (!isPlaying && step === last) go(0);
      setPlaying(!isPlaying);
    },
  };
  usePlay(isPlaying, speed, (steps) => {
    go(step + steps);
    if (step + steps >= last) setPlaying(false);
  });
  return (
    <div
      class="player" tabIndex={0} role="group" aria-label="Player"
      onKeyDown={(event: KeyboardEvent) => {
        const act = keyAction(event);
        if (act === undefined) return;
        event.preventDefault();
        act(jumps);
      }}
    >
      <Summary execution={execution} step={step} go={goIf} />
      <Controls execution={execution} step={step} jumps={jumps} isPlaying={isPlaying} speed={speed} setSpeed={setSpeed} />
      <KeyLegend />
      <Overview execution={execution} step={step} go={goIf} />
      <Lanes execution={execution} step={step} go={goIf} />
      <Legend />
      <Current execution={execution} step={step} isPlaying={isPlaying} />
      <div class="panes">
        <div>
          <Source execution={execution} step={step} />
          <StepsAround execution={execution} step={step} go={goIf} />
        </div>
        <div>
          <Word execution={execution} step={step} go={goIf} history={history} />
          <ChangedLately execution={execution} step={step} go={goIf} history={history} />
          <Threads execution={execution} step={step} />
        </div>
      </div>
    </div>
  );
}

/** Returns the step to begin with: the first that matters. */
function firstShown({ player: { moments, verdict }, length }: Execution): number {
  return moments[0]?.step ?? (verdict === 'ok' ? 0 : length - 1);
}

interface CurrentProps {
  readonly execution: Execution;
  readonly step: number;
  readonly isPlaying: boolean;
}

/** The step in words, and the same for a screen reader, which hears nothing while the player runs. */
function Current({ execution, step, isPlaying }: CurrentProps) {
  const thread = execution.threadName(execution.threadAt(step));
  const stopped = execution.preemptedBefore(step);
  const number = `Step ${formatCount(numberOf(execution, step))} of ${formatCount(numberOf(execution, execution.length - 1))}`;
  const marks = [...(execution.isCritical(step) ? ['critical access'] : []), ...(stopped >= 0 ? [`after ${execution.threadName(stopped)} was preempted`] : [])];
  const { fileName, line, fn } = execution.tellingPlace(step);
  const said = `${number}. ${thread}: ${execution.operation(step)}, at ${fileName} line ${line}, ${fn}. ${marks.join(', ')}`;
  const [heard, setHeard] = useState('');
  useEffect(() => {
    if (!isPlaying) setHeard(said);
  }, [said, isPlaying]);
  return (
    <>
      <p class="current">
        <span class="muted">{number}</span> <b>{thread}</b> <span class="mono">{execution.operation(step)}</span>{' '}
        {marks.map((mark) => <span key={mark} class={mark.startsWith('critical') ? 'mark bad' : 'mark'}>{mark}</span>)}
      </p>
      <p class="visually-hidden" role="status">{heard}</p>
    </>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="Colours of the lanes">
      {STEP_KINDS.map(({ name, color }) => <li key={name}><i class={`box c${color + 1}`} />{name}</li>)}
      <li><i class="box critical" />order decides</li>
      <li><i class="preemption" />preemption</li>
      <li><i class="line holds" />holds a lock</li>
      <li><i class="line sleeps" />sleeps, until an arrow wakes it</li>
      <li><i class="line wants" />wants a lock</li>
    </ul>
  );
}
