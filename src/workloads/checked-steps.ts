/** Checks the result of each step of a user's module. A wrong result would otherwise fail far from its cause. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { GOEXIT, isPark, isYield, pcOf, type Step } from '../runtime/goroutine.ts';

/** Wraps each step in a check of its result, which throws a UsageError that names the step. */
export function checkedSteps(steps: readonly Step[]): readonly Step[] {
  return steps.map((step, i) => (m, mp, gp, text) => {
    const answer = step(m, mp, gp, text);
    if (!isAnswer(answer, steps.length)) throw new UsageError(wrongAnswer(step, i, answer, steps.length));
    return answer;
  });
}

function isAnswer(answer: number, length: number): boolean {
  if (!Number.isInteger(answer)) return false;
  if (answer >= 0) return answer < length;
  return answer === GOEXIT || ((isPark(answer) || isYield(answer)) && pcOf(answer) < length);
}

function wrongAnswer(step: Step, i: number, answer: unknown, length: number): string {
  const who = `step ${i}${step.name === '' ? '' : ` (${printable(step.name, 60)})`}`;
  if (typeof answer === 'object' && answer !== null && 'then' in answer) return `${who} returned a promise; a step does a little and returns what comes next`;
  const shown = typeof answer === 'number' || answer === undefined || answer === null ? String(answer) : `a ${typeof answer}`;
  return `${who} returned ${shown}; a step returns the index of a step, 0 to ${length - 1}, or GOEXIT, yieldTo(i), parkAt(i)`;
}
