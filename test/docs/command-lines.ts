/** Command lines of the pages, and how a test makes them short. */
import { builtIn } from '../../src/workloads/built-ins.ts';

export interface CommandLine {
  /** The page that has it first. */
  readonly page: string;
  /** As the page has it. */
  readonly text: string;
  /** Words of a shell, without redirections: `['npx', 'sweepgen', 'run']`. */
  readonly words: readonly string[];
  /** File that `>` writes; '' for none. */
  readonly stdout: string;
}

/** Returns the command lines in the code of a page: `sh` blocks, lines after `$ ` in `console` blocks, and indented ones. */
export function commandLines(page: string, markdown: string): CommandLine[] {
  const blocks = [...markdown.matchAll(/^```(sh|console)\n([\s\S]*?)^```/gm)];
  const fenced = blocks.flatMap(([, kind, body]) => body.split('\n').filter((line) => (kind === 'sh' ? line.trim() !== '' : line.startsWith('$ '))));
  const indented = markdown.split('\n').filter((line) => /^ {4}(npx |sweepgen |node dist\/)/.test(line));
  return [...fenced, ...indented].map((line) => line.trim().replace(/^\$ /, '')).flatMap(withoutShell).map((text) => ({ page, text, ...wordsOf(text) }));
}

/** Returns commands of sweepgen that a page mentions in its sentences, but for those with a placeholder. */
export function mentionedCommands(markdown: string): string[][] {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/`(?:npx )?sweepgen ([^`\n]+)`/g)].map(([, text]) => text).filter((text) => !/…|\b[A-Z]{2,}\b|[[|]/.test(text)).map((text) => [...wordsOf(text).words]);
}

/** Splits at `&&`, drops pipes, and takes the command out of `source <(…)`. */
function withoutShell(line: string): string[] {
  const inner = /<\(([^)]*)\)/.exec(line);
  if (inner !== null) return [inner[1]];
  return line.split(' && ').map((each) => each.split(' | ')[0].trim());
}

/** Words as a shell splits them: quotes, `> file`, and a comment after white space. */
function wordsOf(text: string): Pick<CommandLine, 'words' | 'stdout'> {
  const words: string[] = [];
  for (const [, single, double, plain] of text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)) {
    if (plain?.startsWith('#')) break;
    words.push(single ?? double ?? plain);
  }
  const redirect = words.indexOf('>');
  return redirect < 0 ? { words, stdout: '' } : { words: words.slice(0, redirect), stdout: words[redirect + 1] };
}

/** Returns the arguments of sweepgen, or undefined for another program. */
export function argumentsOf({ words }: CommandLine): readonly string[] | undefined {
  const [first, second] = words;
  if (first === 'sweepgen') return words.slice(1);
  return first === 'npx' && second === 'sweepgen' ? words.slice(2) : undefined;
}

/** Values that a test sets in place of those of the page, by option. */
const SHORT: Readonly<Record<string, (value: string) => string>> = {
  '--seconds': () => '1',
  '--executions': atMost(20),
  '--search': atMost(20),
  '--runs': () => '1',
  '--seeds': () => '1',
  '--objects': () => '2000',
  '--model': () => '1,2',
  '--set': (value) => value.replace(/=(\d+)$/, (_, number: string) => `=${atMost(1000)(number)}`),
};

/** Returns `args` with smaller values, and with options that make the default smaller. */
export function shortened(args: readonly string[]): string[] {
  const short = args.map((word, i) => SHORT[args[i - 1]]?.(word) ?? word);
  return [...short, ...smallDefaults(args)];
}

function smallDefaults(args: readonly string[]): string[] {
  const [command, first] = args;
  const name = first === undefined || first.startsWith('-') ? '' : first;
  const unless = (given: string, ...more: string[]) => (args.includes(given) ? [] : more);
  switch (command) {
    case 'run': return paramsOf(args.includes('--heap') && name === '' ? 'collect' : name === '' ? 'churn' : name, args);
    case 'start': return unless('--runs', '--runs', '1');
    case 'scale': return [...(builtIn(name) !== undefined ? unless('--objects', '--objects', '2000') : []), ...(args.includes('--model') ? unless('--machine', '--machine', 'xeon-2') : unless('--runs', '--runs', '1'))];
    case 'mutants': return [...(name === '' ? ['mark-load-or-store'] : []), ...unless('--seeds', '--seeds', '1'), ...unless('--seconds', '--seconds', '1')];
    case 'stress': case 'fuzz': return unless('--seconds', '--seconds', '1');
    case 'explore': return args.includes('--executions') || args.includes('--list') ? [] : unless('--seconds', '--seconds', '1');
    default: return [];
  }
}

/** Small values of a built-in workload's params, but for those given. */
function paramsOf(name: string, args: readonly string[]): string[] {
  const given = args.filter((_, i) => args[i - 1] === '--set').map((value) => value.split('=')[0]);
  return Object.entries(builtIn(name)?.params ?? {})
    .filter(([param, { default: value }]) => !given.includes(param) && (param === 'depth' || param === 'runs' || value > 1000))
    .flatMap(([param, { min, max }]) => ['--set', `${param}=${Math.min(max, Math.max(min, param === 'depth' ? 8 : param === 'runs' ? 1 : 1000))}`]);
}

function atMost(most: number): (value: string) => string {
  return (value) => String(Math.min(Number(value), most));
}
