/** Commands begin soon: they load only what they need. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { moduleGraph } from '../support/module-graph.ts';

const SRC = join(ROOT, 'src');

describe('a command', () => {
  it('loads no pool of threads before it needs one', () => {
    const commands = readdirSync(join(SRC, 'cli/commands')).map((name) => join(SRC, 'cli/commands', name));
    const eager = commands.filter((file) => moduleGraph(file).packages.has('piscina'));
    expect(eager).toEqual([]);
  });

  it('does not load ICU: the first call takes as long as forty modules', () => {
    const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.startsWith('view/'));
    expect(files.filter((name) => /\.toLocale\w*String\(|\.localeCompare\(|\bIntl\./.test(readFileSync(join(SRC, name), 'utf8')))).toEqual([]);
  });
});
