/** What failed, which accesses decide, and the command that repeats it. */
import { useState } from 'preact/hooks';
import { formatCount } from '../../base/units.ts';
import type { Execution } from './execution.ts';

interface SummaryProps {
  readonly execution: Execution;
  readonly step: number;
  readonly go: (step: number) => void;
}

/** Facts that are shown at first: a deadlock has a line for each record of the machine. */
const FEW = 6;

export function Summary({ execution, step, go }: SummaryProps) {
  const { name, verdict, explanation: [headline, ...facts], mutant, moments, repeat } = execution.player;
  return (
    <div class="summary">
      <div>
        <p class="muted">{name}</p>
        <p class={verdict === 'ok' ? 'headline' : 'headline bad'}>{verdict === 'ok' ? 'Nothing is wrong: all threads finished.' : sentence(headline)}</p>
        <Facts facts={facts} />
        {mutant !== null && <p class="muted">Planted in <span class="mono">{mutant.file}</span>: {mutant.breaks}</p>}
        <Repeat command={repeat} />
      </div>
      {verdict !== 'ok' && (
        <div>
          <h3>Why</h3>
          {moments.length === 0 ? <p>{noPair(execution)}</p> : (
            <>
              <Story execution={execution} />
              <ol class="moments" aria-label="The accesses whose order decides">
                {moments.map((moment, i) => (
                  <li key={i} aria-current={moment.step === step ? 'step' : undefined}>
                    <button type="button" onClick={() => go(moment.step)}>Step {formatCount(execution.player.omitted + moment.step + 1)}</button>{' '}
                    <span>{moment.text} <span class="muted mono">{placeText(execution, moment.step)}</span></span>
                  </li>
                ))}
              </ol>
            </>
          )}
        </div>
      )}
    </div>
  );
}

function Facts({ facts }: { readonly facts: readonly string[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? facts : facts.slice(0, FEW);
  return (
    <>
      {shown.length > 0 && <ul class="facts-list">{shown.map((fact, i) => <li key={i}>{fact.trim()}</li>)}</ul>}
      {facts.length > FEW && <button type="button" class="more" onClick={() => setWhole(!isWhole)}>{isWhole ? 'Show less' : `Show all ${formatCount(facts.length)} lines`}</button>}
    </>
  );
}

function Story({ execution }: { readonly execution: Execution }) {
  return <>{execution.player.story.map((each, i) => <p key={i} class="story">{sentence(each)}</p>)}</>;
}

function noPair({ player: { preemptions } }: Execution): string {
  return preemptions.step.length === 0
    ? 'It fails even without a preemption: no order of two accesses decides.'
    : 'No two accesses were found whose order alone decides. The preemptions show where the threads met.';
}

function placeText(execution: Execution, step: number): string {
  const { fileName, line, fn } = execution.tellingPlace(step);
  return `${fileName}:${line} ${fn}`;
}

/** Returns the text with a capital and a full stop; a colon at its end stays. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.:]$/.test(text) ? '' : '.'}`;
}

function Repeat({ command }: { readonly command: string }) {
  const [said, say] = useState('');
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(command);
      say('copied');
    } catch {
      // Some browsers have no clipboard for pages from files.
      say('can’t be copied by a click here: select the text');
    }
  }
  return (
    <div class="repeat">
      <button type="button" onClick={copy}>Copy the command that repeats it</button> <span role="status">{said}</span>
      <code tabIndex={0}>{command}</code>
    </div>
  );
}
