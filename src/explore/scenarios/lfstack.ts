/** The lock-free stack, in a memory that holds nothing else. */
import { CONFIG, Config } from '../../memory/config.ts';
import { LFStack } from '../../sync/lfstack.ts';
import { WORK, Work } from '../../gc/work.ts';
import { runAlone } from '../alone.ts';
import type { Core } from '../load.ts';
import { explainStacks } from './linearizable.ts';
import { StackNode, STACKS, type StackEvent } from './programs/lfstack.ts';
import type { Operation } from './operation.ts';
import { procsKnob, type Knobs, type Scenario, type Setting } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

const NODES = 4;
/** Nodes on the first stack; the others are on the second. */
const ON_FIRST = 3;
const POOL = WORK + Work.words;
const WORDS = POOL + NODES * StackNode.words;

function abaBitsKnob(...values: readonly number[]) {
  return { name: 'abaBits', summary: 'bits of the push counter', values };
}

/** One round of a thread: the top node becomes the top again, but without the nodes below it (the ABA pattern). */
const ROUND: readonly Operation[] = [['pop', 0], ['pop', 0], ['push', 0], ['push', 1], ['pop', 1], ['push', 0]];

function shape({ procs, abaBits }: Knobs) {
  return tinyShape({ procs, abaBits });
}

function lfstack(name: string, summary: string, rounds: number, abaBits: readonly number[], mustFail = false): Scenario {
  return {
    name,
    summary,
    knobs: [procsKnob(3, 2, 4), abaBitsKnob(...abaBits)],
    ...(mustFail && { mustFail }),
    shape,
    operations: ({ procs }) => Array.from({ length: procs }, () => Array.from({ length: rounds }, () => ROUND).flat()),
    prepare: (core, setting) => prepareStacks(core, setting),
  };
}

function prepareStacks(core: Core, { knobs, operations }: Setting) {
  const template = new Int32Array(WORDS);
  runAlone(core, core.writeConfig(template, core.planMemory(shape(knobs))));
  // The nodes have the largest ids: an id that loses a bit names no node.
  const idBits = template[CONFIG + Config.at.lfstackIdBits];
  const base = POOL - (Math.min(2 ** idBits - 1, MOST_IDS) - NODES) * StackNode.words;
  for (const stack of STACKS) runAlone(core, core.lfstackinit(template, stack, base, StackNode.words));
  const nodes = Array.from({ length: NODES }, (_, i) => POOL + i * StackNode.words);
  nodes.forEach((node, i) => runAlone(core, core.lfstackpush(template, STACKS[i < ON_FIRST ? 0 : 1], node)));
  const before = STACKS.map((_, stack) => nodes.filter((_, i) => i < ON_FIRST === (stack === 0)));
  return {
    template,
    threads: operations.map((own, i) => (m: Int32Array) => core.runStackOperations(m, i, own)),
    names: operations.map((_, i) => `thread ${i}`),
    check: (m: Int32Array, results: readonly unknown[]) => explainStacks(before, STACKS.map((stack) => nodesOn(m, stack)), results as StackEvent[][]),
    stepLimit: 20_000,
  };
}

/** Largest id: ids are multiplied by words as numbers of 32 bits. */
const MOST_IDS = 2 ** 24 - 1;

/** Returns the nodes on `stack`, top last. If they are linked in a circle, returns more than there are. */
function nodesOn(m: Int32Array, stack: number): number[] {
  const idBits = m[CONFIG + Config.at.lfstackIdBits];
  const mask = idBits === 32 ? -1 : (1 << idBits) - 1;
  const nodes: number[] = [];
  let head = m[stack];
  while (head !== 0 && nodes.length <= NODES) {
    const node = m[stack + LFStack.at.base] + ((head & mask) - 1) * m[stack + LFStack.at.stride];
    nodes.push(node);
    head = m[node];
  }
  return nodes.reverse();
}

export const lfstackScenario = lfstack('lfstack', 'nodes are popped from and pushed to two lock-free stacks', 1, [8]);
export const lfstackLong = lfstack('lfstack-long', 'the same for so long that a narrow push counter wraps around', 6, [8]);
export const lfstackNoCount = lfstack('canary-lfstack', 'the lock-free stack with too narrow a push counter; must fail', 1, [0, 1], true);
