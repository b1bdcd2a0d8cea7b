/** The settings of a scenario in a campaign: all combinations of its knobs' values. */
import type { Knobs, Scenario } from '../scenarios/scenario.ts';

/**
 * Returns all combinations, the default first. The first knob changes fastest.
 * @param fixed knobs with a single value; knobs that the scenario does not have are ignored
 */
export function settingsOf({ knobs }: Scenario, fixed: Readonly<Record<string, number>>): Knobs[] {
  let combinations: Record<string, number>[] = [{}];
  for (const { name, values } of knobs) {
    const taken = Object.hasOwn(fixed, name) ? [fixed[name]] : values;
    combinations = taken.flatMap((value) => combinations.map((before) => ({ ...before, [name]: value })));
  }
  return combinations as Knobs[];
}
