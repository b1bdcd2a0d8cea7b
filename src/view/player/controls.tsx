/** The buttons of the player, and the keys that do the same. */
import type { Execution } from './execution.ts';

/** The places that buttons and keys go to. */
export interface Jumps {
  readonly step: (by: number) => void;
  readonly first: () => void;
  readonly last: () => void;
  readonly preemption: (by: 1 | -1) => void;
  readonly critical: () => void;
  readonly togglePlay: () => void;
}

/** Steps that PageUp and PageDown go. */
const PAGE = 50;
/** Steps a second. */
export const SPEEDS = [2, 10, 60, 600];

/** What keys do: the player listens while it has the focus. */
const KEYS: Readonly<Record<string, (jumps: Jumps) => void>> = {
  ArrowRight: ({ step }) => step(1),
  ArrowLeft: ({ step }) => step(-1),
  PageDown: ({ step }) => step(PAGE),
  PageUp: ({ step }) => step(-PAGE),
  Home: ({ first }) => first(),
  End: ({ last }) => last(),
  n: ({ preemption }) => preemption(1),
  p: ({ preemption }) => preemption(-1),
  c: ({ critical }) => critical(),
  ' ': ({ togglePlay }) => togglePlay(),
};

/** Returns what a key does, or undefined: keys that a slider, a list or a button takes for itself do nothing more. */
export function keyAction({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): ((jumps: Jumps) => void) | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const name = target instanceof Element ? target.tagName : '';
  if (name === 'SELECT' || (name === 'INPUT' && key.length > 1) || (name === 'BUTTON' && key === ' ')) return undefined;
  return KEYS[key];
}

interface ControlsProps {
  readonly execution: Execution;
  readonly step: number;
  readonly jumps: Jumps;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly setSpeed: (speed: number) => void;
}

export function Controls({ execution, step, jumps, isPlaying, speed, setSpeed }: ControlsProps) {
  const { preemptions, moments } = execution.player;
  const [isFirst, isLast] = [step === 0, step === execution.length - 1];
  return (
    <div class="controls">
      <button type="button" aria-label="First step" disabled={isFirst} onClick={jumps.first}>|◀</button>
      <button type="button" aria-label="Step back" disabled={isFirst} onClick={() => jumps.step(-1)}>◀</button>
      <button type="button" class="play" onClick={jumps.togglePlay}>{isPlaying ? 'Pause' : 'Play'}</button>
      <button type="button" aria-label="Step on" disabled={isLast} onClick={() => jumps.step(1)}>▶</button>
      <button type="button" aria-label="Last step" disabled={isLast} onClick={jumps.last}>▶|</button>
      <label>
        Speed{' '}
        <select value={speed} onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}>
          {SPEEDS.map((each) => <option key={each} value={each}>{each} steps a second</option>)}
        </select>
      </label>
      {moments.length > 0 && <button type="button" class="critical" onClick={jumps.critical}>Critical access</button>}
      <button type="button" disabled={preemptions.step.length === 0} onClick={() => jumps.preemption(-1)}>Previous preemption</button>
      <button type="button" disabled={preemptions.step.length === 0} onClick={() => jumps.preemption(1)}>Next preemption</button>
    </div>
  );
}

export function KeyLegend() {
  return (
    <p class="keys muted">
      <kbd>←</kbd> <kbd>→</kbd> step, <kbd>PgUp</kbd> <kbd>PgDn</kbd> {PAGE} steps, <kbd>Home</kbd> <kbd>End</kbd> ends, <kbd>n</kbd> <kbd>p</kbd> next and previous preemption, <kbd>c</kbd> critical access, <kbd>space</kbd> play
    </p>
  );
}
