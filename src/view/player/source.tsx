/** The call path of a step, and the source text around its access or one of the calls, with the line lit. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { blockAt, isComment, type Execution, type Place } from './execution.ts';

interface SourceProps {
  readonly execution: Execution;
  readonly step: number;
}

export function Source({ execution, step }: SourceProps) {
  const path = execution.callPath(step);
  const [choice, choose] = useState({ step, place: -1 });
  useEffect(() => choose({ step, place: -1 }), [step]);
  const telling = execution.tellingPlace(step);
  // A choice is of one step. At the next one the effect has not run yet.
  const place = choice.step === step && choice.place >= 0 ? choice.place : path.findIndex(({ file, line, fn }) => file === telling.file && line === telling.line && fn === telling.fn);
  const chosen = path[place];
  return (
    <div class="source">
      <h3>Source</h3>
      <ol class="path" aria-label="Call path, the outermost call first">
        {path.map(({ fn }, i) => (
          <li key={i}>
            <button type="button" class="link" aria-current={i === place ? 'true' : undefined} onClick={() => choose({ step, place: i })}>{fn}</button>
          </li>
        ))}
      </ol>
      <p class="mono place">{chosen.fileName}:{chosen.line}</p>
      <Text execution={execution} place={chosen} />
    </div>
  );
}

function Text({ execution, place }: { readonly execution: Execution; readonly place: Place }) {
  const list = useRef<HTMLOListElement>(null);
  const file = execution.player.files[place.file];
  const block = blockAt(file, place.line);
  const planted = file?.planted ?? undefined;
  // A function's lines are made once: while the player runs only the light moves.
  const lines = useMemo(() => block?.lines.map((text, i) => {
    const number = block.line + i;
    const isPlanted = planted !== undefined && number >= planted[0] && number <= planted[1];
    return <li key={number} value={number} class={[isComment(text) ? 'comment' : '', isPlanted ? 'planted' : ''].join(' ').trim() || undefined}>{text === '' ? ' ' : text}</li>;
  }), [block]);
  useLayoutEffect(() => {
    const line = block === undefined ? undefined : list.current?.children[place.line - block.line];
    if (!(line instanceof HTMLElement)) return undefined;
    line.setAttribute('aria-current', 'true');
    const box = list.current!;
    box.scrollTop = line.offsetTop - (box.clientHeight - line.offsetHeight) / 2;
    return () => line.removeAttribute('aria-current');
  }, [block, place.line]);
  if (lines === undefined) {
    return (
      <div class="code">
        <p class="muted">The text of this file is not there. The access reads</p>
        <pre>{place.text}</pre>
      </div>
    );
  }
  return <ol ref={list} class="code" tabIndex={0} aria-label={`Text of ${place.fileName}`}>{lines}</ol>;
}
