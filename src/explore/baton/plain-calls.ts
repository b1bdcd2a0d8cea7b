/**
 * The hooked core for real threads: the same text with its coroutines made into functions
 * again. A thread that would yield hands the baton over and blocks until it gets it back, on
 * its own stack; operations on shared memory are the real ones.
 */
import { ACCESS } from '../../rewrite/sites.ts';
import { parseModule, walk, type AnyNode, type FunctionDeclaration } from '../../rewrite/syntax.ts';

/** What a worker does at the end of a turn, and what it is told at the start of the next. */
export interface BatonHolder {
  /** Guards to pass in this turn. */
  readonly budget: number;
  /** Waits for the first turn. */
  take(): void;
  /** Hands over: stopped at `value` (a site, or ~site of a wait) for m[index]. Returns what the wait returned, in the next turn. */
  handOver(value: number, index: number): unknown;
}

/** What the generated module exports beside Control. */
export interface Carried {
  /** Everything after this call is done in turns. */
  $carry(baton: BatonHolder): void;
}

/** In place of the operations that a single thread may do plainly. */
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
  // Without a timeout that it could reach, Atomics.wait says whether it would have slept.
  $sleeps: `(s, m, i, v) {
  const sleeps = Atomics.wait(m, i, v, 0) === 'timed-out';
  const word = Atomics.load(m, i);
  $host.access(s, sleeps ? ${ACCESS.wait} : ${ACCESS.waitRefused}, i, word, word);
  return sleeps;
}`,
};

/** Whoever calls a coroutine asks it for its next step; this one has no more than the last. */
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
 * `code`, the hooked variant of a generated module, for real threads.
 * @throws Error when an operation that it should replace is not there
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

/** `function* f(m) {…}` is `function f(...all) { return new $Done(f$(...all)); }` and `function f$(m) {…}`. */
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
