/** Completion and the man page have every declared command, option and word. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli } from './fakes.ts';

const run = promisify(execFile);
const COMMANDS = ['start', 'run', 'scale', 'calibrate', 'stress', 'explore', 'fuzz', 'replay', 'mutants', 'sequence', 'help', 'completion'];
const options = new Map<string, string[]>();
const scripts = new Map<string, string>();

beforeAll(async () => {
  for (const command of COMMANDS) {
    const { out } = await cli(`help ${command}`);
    options.set(command, [...new Set([...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option))]);
  }
  for (const shell of ['bash', 'zsh', 'fish']) scripts.set(shell, (await cli(`completion ${shell}`)).out);
});

/** Returns the words with which bash completes the last of these. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${scripts.get('bash')}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sweepgen; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script, 'bash', 'sweepgen', ...words], { cwd: import.meta.dirname });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  it('has every command and every option in each shell', () => {
    for (const command of COMMANDS) {
      expect(options.get(command)).toContain('--help');
      for (const option of options.get(command)!) {
        expect(scripts.get('bash')).toMatch(new RegExp(`^    ${command}\\)\\n.*${option}[ ']`, 'm'));
        expect(scripts.get('zsh')!.split(`        ${command})\n`)[1].split(';;')[0]).toMatch(new RegExp(`'\\*?${option}[=[]`));
        expect(scripts.get('fish')).toMatch(new RegExp(`^complete -c sweepgen -n '__fish_seen_subcommand_from ${command}' -l ${option.slice(2)}( |$)`, 'm'));
      }
    }
  });

  it('in bash offers commands, options, words of options, names and files', async () => {
    expect(await offered('s')).toEqual(['start', 'scale', 'stress', 'sequence']);
    expect(await offered('run', '--pol')).toEqual(['--policy']);
    expect(await offered('run', '--policy', '')).toEqual(['go1.3', 'tuned', 'lab', 'spans']);
    expect(await offered('run', '--policy', '=', 't')).toEqual(['tuned']);
    expect(await offered('run', 'chu')).toEqual(['churn']);
    expect(await offered('scale', 'li')).toEqual(['list']);
    expect(await offered('replay', 'fake')).toEqual(['fakes.ts']);
    expect(await offered('run', '--procs', '')).toEqual([]);
    expect(await offered('explore', '--mutant', 'mark-load-or')).toEqual(['mark-load-or-store']);
    expect(await offered('help', 'fu')).toEqual(['fuzz']);
    expect(await offered('campaign', 'ver')).toEqual(['verify']);
    expect(await offered('campaign', 'merge', 'fake')).toEqual(['fakes.ts']);
    expect(await offered('campaign', 'html', '--foll')).toEqual(['--follow']);
  });

  it('refuses a shell that it does not know', async () => {
    expect(await cli('completion csh')).toMatchObject({ code: 2, out: '', err: "sweepgen: the shell must be bash, zsh or fish, not 'csh'\n" });
  });
});

describe('help', () => {
  it('of a command is the same with both words', async () => {
    for (const command of COMMANDS) expect((await cli(`help ${command}`)).out).toBe((await cli(`${command} --help`)).out);
    expect((await cli('help')).out).toBe((await cli('--help')).out);
  });

  it('says which commands there are when asked for another', async () => {
    expect(await cli('help fuz')).toMatchObject({ code: 2, err: "sweepgen: there is no command 'fuz'; did you mean fuzz?\n" });
  });

  it('is a man page, too, with every command and option, on any machine the same', async () => {
    const { out } = await cli('help --man');
    expect(out).toMatch(/^\.TH SWEEPGEN 1 /);
    expect((await cli('help --man', undefined, { cores: 64 })).out).toBe(out);
    for (const command of COMMANDS) {
      const section = out.split(`.SS sweepgen ${command}`)[1]?.split('.SS ')[0];
      for (const option of options.get(command)!) expect(section).toContain(option.replaceAll('-', '\\-'));
    }
    for (const command of ['status', 'html', 'merge', 'verify']) expect(out).toContain(`.SS sweepgen campaign ${command} `);
    // A line that begins with a dot is a request: the page has no others.
    for (const line of out.split('\n')) if (/^[.']/.test(line)) expect(line).toMatch(/^\.(TH|SH|SS|TP|B|I|RI)( |$)/);
  });
});

describe('a word that is no command', () => {
  it.each([['rnu --json', 2], ['--foo', 2]])('"%s" is refused', async (line, code) => {
    expect((await cli(line)).code).toBe(code);
  });
});
