/** What a step touched: the word with its values, its history, shared words that changed, and the threads. */
import { formatCount } from '../../base/units.ts';
import type { ComponentChildren } from 'preact';
import type { Execution } from './execution.ts';
import { stateText, threadStates } from './threads.ts';
import type { WordHistory } from './words.ts';

interface PaneProps {
  readonly execution: Execution;
  readonly step: number;
  readonly go: (step: number) => void;
}

/** Steps before and after the current one. */
const AROUND = 4;
const BEFORE = 3;
const LATELY = 6;

/** A table of steps, in which a step is a button. */
function StepTable({ caption, children, heads, className = '' }: { readonly caption: string; readonly className?: string; readonly heads: readonly string[]; readonly children: ComponentChildren }) {
  return (
    <div class={`table ${className}`} tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead><tr>{heads.map((head, i) => <th key={head} scope="col" class={i === 0 ? 'number' : undefined}>{head}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A cell that is cut where it is too long; its title has the whole. */
function Text({ children }: { readonly children: string }) {
  return <td class="mono text" title={children}>{children}</td>;
}

function StepButton({ execution, step, go }: PaneProps) {
  return <td class="number"><button type="button" class="link" onClick={() => go(step)}>{formatCount(numberOf(execution, step))}</button></td>;
}

/** Returns the number of a step as it is shown: counted from 1, with the steps that were left out. */
export function numberOf({ player: { omitted } }: Execution, step: number): number {
  return omitted + step + 1;
}

/** The steps around the current one, as the lanes show them, in words. */
export function StepsAround({ execution, step, go }: PaneProps) {
  const first = Math.max(0, Math.min(step - AROUND, execution.length - 2 * AROUND - 1));
  const steps = Array.from({ length: Math.min(2 * AROUND + 1, execution.length) }, (_, i) => first + i);
  return (
    <StepTable caption="Steps" heads={['step', 'thread', 'access', 'place']}>
      {steps.map((each) => {
        const { fn, line } = execution.tellingPlace(each);
        const stopped = execution.preemptedBefore(each);
        return (
          <tr key={each - first} aria-current={each === step ? 'step' : undefined} class={execution.isCritical(each) ? 'critical' : undefined}>
            <StepButton execution={execution} step={each} go={go} />
            <td>{execution.threadName(execution.threadAt(each))}{stopped >= 0 && <span class="muted"> preempts {execution.threadName(stopped)}</span>}</td>
            <Text>{execution.operation(each)}</Text>
            <td class="mono muted place">{fn}:{line}</td>
          </tr>
        );
      })}
    </StepTable>
  );
}

/** The word of the step, before and after, and the accesses to it before and behind. */
export function Word({ execution, step, go, history }: PaneProps & { readonly history: WordHistory }) {
  const { word, value, old } = execution.player.steps;
  const name = execution.wordName(word[step]);
  const steps = history.around(step, BEFORE, BEFORE);
  return (
    <div>
      <h3>Word</h3>
      <dl class="word">
        <dt>{execution.isRange(step) ? `${formatCount(execution.wordsOf(step))} words from` : history.isShared(word[step]) ? 'shared word' : 'word'}</dt>
        <dd class="mono name">{name}</dd>
        {!execution.isRange(step) && <><dt>before</dt><dd class="mono">{execution.valueText(word[step], old[step])}</dd></>}
        {!execution.isRange(step) && <><dt>after</dt><dd class={`mono ${execution.changes(step) ? 'changed' : ''}`}>{execution.valueText(word[step], execution.writes(step) ? value[step] : old[step])}</dd></>}
      </dl>
      <StepTable caption="Accesses to it" className="last-word" heads={['step', 'thread', 'access']}>
        {steps.map((each, i) => (
          <tr key={i} aria-current={each === step ? 'step' : undefined} class={execution.isCritical(each) ? 'critical' : undefined}>
            <StepButton execution={execution} step={each} go={go} />
            <td>{execution.threadName(execution.threadAt(each))}</td>
            <Text>{execution.operation(each).replace(` ${name}`, '')}</Text>
          </tr>
        ))}
      </StepTable>
    </div>
  );
}

/** The shared words that changed last. */
export function ChangedLately({ execution, step, go, history }: PaneProps & { readonly history: WordHistory }) {
  const changes = history.changedLately(step, LATELY);
  const { value, old } = execution.player.steps;
  return (
    <StepTable caption="Shared words that changed lately" className="changed-lately" heads={['step', 'thread', 'word', 'change']}>
      {changes.map(({ step: each, word }, i) => (
        <tr key={i} class={each === step ? 'new' : undefined}>
          <StepButton execution={execution} step={each} go={go} />
          <td>{execution.threadName(execution.threadAt(each))}</td>
          <Text>{execution.wordName(word)}</Text>
          <Text>{`${execution.valueText(word, old[each])} → ${execution.valueText(word, value[each])}`}</Text>
        </tr>
      ))}
    </StepTable>
  );
}

/** What each thread does, what it waits for, and the locks it holds. */
export function Threads({ execution, step }: Omit<PaneProps, 'go'>) {
  return (
    <div class="table threads" tabIndex={0} role="region" aria-label="Threads">
      <table>
        <caption>Threads</caption>
        <thead><tr><th scope="col">thread</th><th scope="col">state</th><th scope="col">locks held</th></tr></thead>
        <tbody>
          {threadStates(execution, step).map((each, i) => (
            <tr key={i} class={each.state}>
              <td>{each.name}</td>
              <td class="state">{stateText(each)}</td>
              <td class="mono">{each.locks.length === 0 ? '–' : each.locks.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
