/** The settings that a campaign takes a scenario through: every combination of its knobs' values. */
import type { Knobs, Scenario } from '../scenarios/scenario.ts';

/**
 * All combinations, the default first, in which the first knob changes fastest.
 * @param fixed knobs that keep one value; those that the scenario doesn't have are passed over
 */
export function settingsOf({ knobs }: Scenario, fixed: Readonly<Record<string, number>>): Knobs[] {
  let combinations: Record<string, number>[] = [{}];
  for (const { name, values } of knobs) {
    const taken = Object.hasOwn(fixed, name) ? [fixed[name]] : values;
    combinations = taken.flatMap((value) => combinations.map((before) => ({ ...before, [name]: value })));
  }
  return combinations as Knobs[];
}
