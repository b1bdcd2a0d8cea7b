/**
 * Makes the hooked core run on real threads: turns its coroutines back into functions. Where a coroutine would
 * yield, the thread hands the baton over and blocks until it gets it back. Operations on shared memory are real.
 */
import { ACCESS } from '../../rewrite/sites.ts';
import { parseModule, walk, type AnyNode, type FunctionDeclaration } from '../../rewrite/syntax.ts';

/** The end of a worker's turn, and the start of its next one. */
export interface BatonHolder {
  /** Guards to pass in this turn. */
  readonly budget: number;
  /** Waits for the first turn. */
  take(): void;
  /** Ends a turn: the thread stops at `value` (a site, or ~site of a wait) for m[index]. Returns the wait's result in the next turn. */
  handOver(value: number, index: number): unknown;
}

/** Exports of the generated module, besides Control. */
export interface Carried {
  /** Makes all later calls take turns. */
  $carry(baton: BatonHolder): void;
}

/** Real operations, in place of those of a single thread. */
const REAL: Readonly<Record<string, string>> = {
  $aload: `(s, m, i) { const v = Atomics.load(m, i); $host.access(s, ${ACCESS.atomicLoad}, i, v, v); return v; }`,
  $astore: `(s, m, i, v) { const old = Atomics.load(m, i); const given = Atomics.store(m, i, v); $host.access(s, ${ACCESS.atomicStore}, i, m[i], old); return given; }`,
  ...Object.fromEntries(
    ['add', 'sub', 'and', 'or', 'xor', 'exchange'].map((op) => [
      `$${op}`,
      `(s, m, i, v) { const old = Atomics.${op}(m, i, v); $host.access(s, ${ACCESS.rmw}, i, Atomics.load(m, i), old); return old; }`,
    ]),
  ),
  $cas: `(s, m, i, e, v) {
  const old = Atomics.compareExchange(m, i, e, v);
  $host.access(s, old === (e | 0) ? ${ACCESS.cas} : ${ACCESS.casFailed}, i, Atomics.load(m, i), old);
  return old;
}`,
  // With an unreachable timeout, Atomics.wait reports whether it would have slept.
  $sleeps: `(s, m, i, v) {
  const sleeps = Atomics.wait(m, i, v, 0) === 'timed-out';
  const word = Atomics.load(m, i);
  $host.access(s, sleeps ? ${ACCESS.wait} : ${ACCESS.waitRefused}, i, word, word);
  return sleeps;
}`,
};

/** A caller of a coroutine asks it for its next step. This one has only its last. */
const BATON = `
var $baton = null;
class $Done {
  constructor(value) { this.value = value; this.done = true; }
  next() { return this; }
  [Symbol.iterator]() { return this; }
}
function $handOver(value) {
  if ($baton === null) { $budget = 0x3fffffff; return undefined; }
  const message = $baton.handOver(value, $index);
  $start = $budget = $baton.budget;
  return message;
}
export function $carry(baton) { $baton = baton; baton.take(); $start = $budget = baton.budget; }
$calls = [];
`;

interface Edit {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Converts `code`, the hooked variant of a generated module, for real threads.
 * @throws Error if an operation to replace is missing
 */
export function plainCalls(code: string): string {
  const { text, program } = parseModule(code);
  const edits: Edit[] = [];
  const replaced = new Set<string>();
  walk(program, (node) => {
    if (node.type === 'YieldExpression') {
      if (node.delegate) throw new Error(`yield* at ${node.start} of the generated module`);
      edits.push({ at: node.start, end: node.start + 'yield'.length, text: '$handOver(' }, { at: node.end, end: node.end, text: ')' });
    } else if (node.type === 'FunctionDeclaration' && node.generator) {
      edits.push(...split(node as FunctionDeclaration, text));
    } else if (isReplaced(node)) {
      replaced.add(node.id.name);
      edits.push({ at: node.start, end: node.end, text: `function ${node.id.name}${REAL[node.id.name]}` });
    }
  });
  const missing = Object.keys(REAL).filter((name) => !replaced.has(name));
  if (missing.length > 0) throw new Error(`the generated module has no ${missing.join(', ')}`);
  return apply(text, edits) + BATON;
}

/** Turns `function* f(m) {…}` into `function f(...all) { return new $Done(f$(...all)); }` and `function f$(m) {…}`. */
function split(node: FunctionDeclaration, text: string): Edit[] {
  const { name, start, end } = node.id;
  const star = text.indexOf('*', node.start);
  const outer = `function ${name}(...all) { return new $Done(${name}$plain(...all)); } function `;
  return [
    { at: node.start, end: star + 1, text: outer },
    { at: start, end, text: `${name}$plain` },
  ];
}

function isReplaced(node: AnyNode): node is FunctionDeclaration {
  return node.type === 'FunctionDeclaration' && node.id !== null && node.id.name in REAL;
}

function apply(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.at - b.at || a.end - b.end)) {
    result += text.slice(at, edit.at) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
