/** Finds a scenario that was made inside a test's module. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../base/fatal.ts';
import { inlineScenarios } from '../rewrite/ordinary/inline.ts';
import type { Place } from './scenario.ts';

/**
 * Returns the path of the scenario that was made at `place`: that of the module, if the scenario is its default export, and
 * otherwise with its number in the module, `queue.test.ts#2`.
 * @throws UsageError if the module makes no scenario there
 */
export function pathOf({ file, line, column }: Place): string {
  const all = inlineScenarios(readFileSync(file, 'utf8'), file);
  const onLine = line === undefined ? [] : all.filter((each) => each.line <= line && line <= each.lastLine);
  const exact = onLine.find((each) => each.line === line && each.column === column);
  const found = exact ?? (onLine.length === 1 ? onLine[0] : all.length === 1 ? all[0] : undefined);
  if (found === undefined) throw new UsageError(`${file} makes no scenario(import.meta, …) at line ${line ?? 'unknown'}; write the scenario in a module of its own, and give explore its URL`);
  return found.isDefault ? file : `${file}#${all.indexOf(found) + 1}`;
}
