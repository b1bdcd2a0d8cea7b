/**
 * `node dist/bench/machines.js [count]`: memory of a process that runs `count` machines (default 100) in
 * sequence. Nothing forces a JavaScript collection: a machine's memory must be freed with the machine.
 */
import { startRuntime, type RuntimeOptions } from '../src/index.ts';

const MB = 2 ** 20;
/** Rows of the table. */
const ROWS = 5;

const { signal } = new AbortController();

/** Machines of different sizes, with the features that could leak a listener or a pool. */
const MACHINES: readonly RuntimeOptions[] = [
  { workload: 'churn', params: { count: 100_000 }, procs: 2 },
  { workload: 'tree', params: { depth: 12 }, procs: 2, policy: 'tuned' },
  { workload: 'links', params: { moves: 1000 }, procs: 1, verify: true, onCycle: () => {} },
  { workload: 'sites', params: {}, procs: 2, memprofileRate: 4096 },
];

const count = Number(process.argv[2] ?? 100);
const rows = [{ machines: 0, 'resident, MB': resident() }];
for (let i = 0; i < count; i++) {
  const runtime = await startRuntime({ ...MACHINES[i % MACHINES.length], seed: i + 1, signal });
  if (i % 10 === 9) await runtime.stop();
  else await runtime.finished;
  await runtime.finished.catch(() => {});
  if ((i + 1) % Math.ceil(count / ROWS) === 0) rows.push({ machines: i + 1, 'resident, MB': resident() });
}
console.table(rows);

function resident(): number {
  return Math.round(process.memoryUsage().rss / MB);
}
