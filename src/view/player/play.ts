/** Steps on with the screen's frames while the player plays. */
import { useEffect, useRef } from 'preact/hooks';

/** The longest pause between two frames that is made up for: a hidden page has no frames. */
const LONGEST_MS = 250;

/** Calls `advance` with the number of steps that are due, `speed` a second, while `isPlaying`. */
export function usePlay(isPlaying: boolean, speed: number, advance: (steps: number) => void): void {
  const latest = useRef(advance);
  latest.current = advance;
  useEffect(() => {
    if (!isPlaying) return undefined;
    let due = 0;
    let last = performance.now();
    let frame = requestAnimationFrame(function onFrame(now) {
      due += (Math.min(LONGEST_MS, Math.max(0, now - last)) / 1000) * speed;
      last = now;
      const steps = Math.floor(due);
      due -= steps;
      if (steps > 0) latest.current(steps);
      frame = requestAnimationFrame(onFrame);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed]);
}
