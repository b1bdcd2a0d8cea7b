/** A thread whose code fills its memory is lost, and the message names the user's module. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MODULE_MEMORY_MB, lostModule } from '../../../src/run/threads/program.ts';
import { Thread, type ThreadLost } from '../../../src/run/threads/thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-thread-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a thread that fills its memory', () => {
  it('ends alone', async () => {
    const file = join(folder, 'fills.mjs');
    writeFileSync(file, 'const all = []; for (;;) all.push(new Array(1000).fill(1.5));\n');
    const thread = new Thread(file, { maxOldGenerationSizeMb: 8 });
    const lost = (await thread.lost.catch((error: unknown) => error)) as ThreadLost;
    expect(lost.cause).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
    const said = lostModule('workload module ./x.mjs', lost);
    expect(said).toMatchObject({ exitCode: 2, message: `workload module ./x.mjs has filled the ${MODULE_MEMORY_MB} MB that a thread may have for its JavaScript objects` });
  });
});
