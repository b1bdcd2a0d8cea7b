/** The command line: every command, and how its end becomes an exit code. */
import { Command, CommanderError } from 'commander';
import { EXIT, UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { Stopped } from '../run/errors.ts';
import { addCalibrate } from './commands/calibrate.ts';
import { addExplore } from './commands/explore.ts';
import { addCompletion } from './commands/completion.ts';
import { addFuzz } from './commands/fuzz.ts';
import { addHelp } from './commands/help.ts';
import { addMutants } from './commands/mutants.ts';
import { addReplay } from './commands/replay.ts';
import { addRun } from './commands/run.ts';
import { addScale } from './commands/scale.ts';
import { addSequence } from './commands/sequence.ts';
import { addStart } from './commands/start.ts';
import { addStress } from './commands/stress.ts';
import type { Deps } from './deps.ts';
import { printsForPrograms } from './documents.ts';
import { describeError, failureText, type Failure } from './errors.ts';
import { HELP_WIDTH, examples, exitCodes } from './help.ts';
import { describeInterruption } from './interruption.ts';
import { paint } from './paint.ts';
import { ReaderGone } from './real-terminal.ts';
import { hint } from '../base/suggest.ts';

/** A column of help that is wrapped has at least so many characters. */
const NARROWEST_TEXT = 16;

/** In the order in which help lists them. */
const COMMANDS: readonly ((program: Command, deps: Deps) => void)[] = [addStart, addRun, addScale, addCalibrate, addStress, addExplore, addFuzz, addReplay, addMutants, addSequence, addHelp, addCompletion];

/** Runs the command that `args` (without node and script) ask for; never throws, never exits. */
export async function runCli(args: readonly string[], deps: Deps): Promise<number> {
  const exitCode = await runCommand(args, deps);
  const { errLost } = deps.terminal;
  if (errLost === undefined) return exitCode;
  if (!printsForPrograms(args)) tryToSay(deps, `sweepgen: ${errLost}\n`);
  return exitCode === EXIT.ok ? EXIT.output : exitCode;
}

async function runCommand(args: readonly string[], deps: Deps): Promise<number> {
  const program = createProgram(deps);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ReaderGone) return EXIT.ok;
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const failure = failureOf(error, args, deps);
    const command = program.commands.find((each) => args.includes(each.name()))?.name() ?? null;
    const prefix = paint(deps.terminal.errIsColored).red('sweepgen:');
    deps.terminal.err(failureText(failure, { isJson: args.includes('--json'), command, prefix }));
    return failure.exitCode;
  }
}

function failureOf(error: unknown, args: readonly string[], { signal, terminal: { doing } }: Deps): Failure {
  if (error instanceof Stopped) return describeInterruption(error, { cause: signal.reason, doing, args });
  return describeError(error instanceof CommanderError ? usageOf(error) : error, args.includes('--debug'));
}

/** On stdout, since stderr is lost. */
function tryToSay({ terminal }: Deps, text: string): void {
  try {
    terminal.out(text);
  } catch {
    // Both are lost: the exit code says it.
  }
}

/** Throws CommanderErrors where commander would exit. */
export function createProgram(deps: Deps): Command {
  const { terminal } = deps;
  const program = new Command('sweepgen')
    .description("The Go runtime's allocator and parallel garbage collector of 2014, run for real on worker threads.")
    .version(deps.version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      // What is wrong is said once, by runCommand.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => terminal.outWidth ?? HELP_WIDTH,
      getOutHasColors: () => terminal.outIsColored,
    })
    .configureHelp({ minWidthToWrap: NARROWEST_TEXT, styleTitle: (title) => paint(terminal.outIsColored).bold(title) })
    .helpCommand(false)
    .addHelpText('after', examples([
      ['sweepgen start', 'mark the heap of sweepgen itself'],
      ['sweepgen run churn --gctrace', "a workload, with Go's line for each collection"],
      ['sweepgen scale tree --procs 1,2', 'mark time by threads'],
      ['sweepgen stress --seconds 60', 'look for what breaks'],
      ['sweepgen explore', 'the same, one chosen interleaving after another'],
      ['sweepgen fuzz --seconds 10m', 'every scenario, on all cores'],
    ]))
    .addHelpText('after', exitCodes)
    .allowExcessArguments()
    .allowUnknownOption()
    .action(() => helpOrRefuse(program));
  for (const add of COMMANDS) add(program, deps);
  for (const command of program.commands) {
    command.allowExcessArguments(false).option('--debug', 'show the stack of an error').addHelpText('after', exitCodes);
  }
  return program;
}

/** What is no command comes here, too. */
function helpOrRefuse(program: Command): void {
  const word = program.args.find((each) => !each.startsWith('-'));
  if (word === undefined) return helpOrUnknown(program);
  throw new UsageError(`there is no command '${printable(word)}'${hint(word, program.commands.map((command) => command.name()))}`);
}

function helpOrUnknown(program: Command): void {
  const option = program.args.find((each) => each !== '--json' && each !== '--debug');
  if (option === undefined) return program.outputHelp();
  throw new UsageError(`unknown option '${printable(option)}'${hint(option, ['--help', '--version'])}`);
}

/** Commander's message as one sentence: "error: unknown option '--x'\n(Did you mean --y?)". */
function usageOf(error: CommanderError): UsageError {
  const [message, suggestion] = error.message.replace(/^error: /, '').split('\n');
  const better = /^\(Did you mean (.+)\?\)$/.exec(suggestion ?? '');
  return new UsageError(better === null ? message : `${message}; did you mean ${better[1]}?`);
}
