/** The command line: runs a command, and turns the way in which it ends into an exit code. */
import { Command, CommanderError } from 'commander';
import { EXIT, UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { Stopped } from '../run/errors.ts';
import { COMMANDS, type CommandEntry } from './commands.ts';
import type { Deps } from './deps.ts';
import { printsForPrograms } from './documents.ts';
import { describeError, failureText, type Failure } from './errors.ts';
import { HELP_WIDTH, examples, exitCodes } from './help.ts';
import { describeInterruption } from './interruption.ts';
import { paint } from './paint.ts';
import { ReaderGone } from './real-terminal.ts';
import { hint } from '../base/suggest.ts';

/** Characters of the narrowest column of wrapped help. */
const NARROWEST_TEXT = 16;

/**
 * Runs the command that `args` (without node and script) ask for. Never throws, and never exits.
 * @returns the exit code
 */
export async function runCli(args: readonly string[], deps: Deps): Promise<number> {
  const exitCode = await runCommand(args, deps);
  const { errLost } = deps.terminal;
  if (errLost === undefined) return exitCode;
  if (!printsForPrograms(args)) tryToSay(deps, `sweepgen: ${errLost}\n`);
  return exitCode === EXIT.ok ? EXIT.output : exitCode;
}

async function runCommand(args: readonly string[], deps: Deps): Promise<number> {
  const { program } = createProgram(deps);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ReaderGone) return EXIT.ok;
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const failure = failureOf(error, args, deps);
    const command = commandNamed(program, args);
    const prefix = paint(deps.terminal.errIsColored).red('sweepgen:');
    deps.terminal.err(failureText(failure, { isJson: args.includes('--json'), command, prefix }));
    return failure.exitCode;
  }
}

/** Returns the words of `args` that name a command, `campaign status`; null if none does. */
function commandNamed(program: Command, args: readonly string[]): string | null {
  const names: string[] = [];
  let within: Command | undefined = program;
  for (const word of args.filter((each) => !each.startsWith('-'))) {
    within = within.commands.find((each) => each.name() === word);
    if (within === undefined) break;
    names.push(word);
  }
  return names.length === 0 ? null : names.join(' ');
}

function failureOf(error: unknown, args: readonly string[], { signal, terminal: { doing } }: Deps): Failure {
  if (error instanceof Stopped) return describeInterruption(error, { cause: signal.reason, doing, args });
  return describeError(error instanceof CommanderError ? usageOf(error) : error, args.includes('--debug'));
}

/** Writes to stdout, since stderr is lost. */
function tryToSay({ terminal }: Deps, text: string): void {
  try {
    terminal.out(text);
  } catch {
    // Both are lost: the exit code alone reports it.
  }
}

/** A program whose commands are declared when they are needed. */
export interface Program {
  readonly program: Command;
  /** Declares every command, as completion, the man page and the docs need. */
  declareAll(): Promise<void>;
}

/** Returns the program with its commands, of which each has only a name yet. Where commander would exit, it throws. */
export function createProgram(deps: Deps): Program {
  const { terminal } = deps;
  const program = new Command('sweepgen')
    .description("The Go runtime's allocator and parallel garbage collector of 2014, run for real on worker threads.")
    .version(deps.version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      // runCommand reports errors, once.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => terminal.outWidth ?? HELP_WIDTH,
      getOutHasColors: () => terminal.outIsColored,
    })
    .configureHelp({ minWidthToWrap: NARROWEST_TEXT, subcommandTerm: (command) => command.name(), styleTitle: (title) => paint(terminal.outIsColored).bold(title) })
    .helpCommand(false)
    .addHelpText('after', examples([
      ['sweepgen start', 'mark the heap of sweepgen itself'],
      ['sweepgen run churn --gctrace', "a workload, with Go's line for each collection"],
      ['sweepgen scale tree --procs 1,2', 'mark time by threads'],
      ['sweepgen stress --seconds 60', 'random rounds under the oracle'],
      ['sweepgen explore', 'one chosen interleaving after another'],
      ['sweepgen fuzz --seconds 10m', 'every scenario, on all cores'],
    ]))
    .addHelpText('after', exitCodes)
    .allowExcessArguments()
    .allowUnknownOption()
    .action(() => helpOrRefuse(program));
  const pending = new Map<Command, CommandEntry>();
  for (const entry of COMMANDS) pending.set(program.command(entry.name).summary(entry.summary), entry);
  async function declare(command: Command): Promise<void> {
    const entry = pending.get(command);
    if (entry === undefined) return;
    pending.delete(command);
    const { declare: declareIn } = await entry.load();
    await declareIn(command, deps, declareAll);
    complete(command);
  }
  async function declareAll(): Promise<void> {
    for (const command of program.commands) await declare(command);
  }
  program.hook('preSubcommand', (_, command) => declare(command));
  return { program, declareAll };
}

/** Adds what all commands have in common to a command and to its own commands. */
function complete(command: Command): void {
  command.addHelpText('after', exitCodes);
  if (command.commands.length === 0) command.allowExcessArguments(false).option('--debug', 'show the stack of an error');
  else command.allowUnknownOption().action(() => helpOrRefuse(command));
  command.commands.forEach(complete);
}

/** Shows help of the program, or of a command that has commands, or refuses a word that is none of them. */
function helpOrRefuse(program: Command): void {
  const word = program.args.find((each) => !each.startsWith('-'));
  if (word === undefined) return helpOrUnknown(program);
  const whole = program.parent === null ? word : `${program.name()} ${word}`;
  throw new UsageError(`there is no command '${printable(whole)}'${hint(word, program.commands.map((command) => command.name()))}`);
}

function helpOrUnknown(program: Command): void {
  const option = program.args.find((each) => each !== '--json' && each !== '--debug');
  if (option === undefined) return program.outputHelp();
  throw new UsageError(`unknown option '${printable(option)}'${hint(option, ['--help', '--version'])}`);
}

/** Returns commander's message as one sentence: "error: unknown option '--x'\n(Did you mean --y?)". */
function usageOf(error: CommanderError): UsageError {
  const [message, suggestion] = error.message.replace(/^error: /, '').split('\n');
  const better = /^\(Did you mean (.+)\?\)$/.exec(suggestion ?? '');
  return new UsageError(better === null ? message : `${message}; did you mean ${better[1]}?`);
}
