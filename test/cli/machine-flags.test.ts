/** Each option of a machine is declared once, and known everywhere. */
import { describe, expect, it } from 'vitest';
import { machineOptionsOf } from '../../src/cli/machine-flags.ts';
import { Config, OPTION_WORDS, type OptionWord } from '../../src/memory/config.ts';
import { planMemory } from '../../src/runtime/boot.ts';
import { writeConfig } from '../../src/memory/map.ts';
import { CONFIG } from '../../src/memory/config.ts';
import { CONCURRENT_OPTIONS } from '../../src/run/concurrent-options.ts';
import type { MachineOption } from '../../src/run/machine-option.ts';
import { FLAG_NAMES, MACHINE_OPTIONS, type FlagName, type MachineOptions } from '../../src/run/machine-options.ts';
import { checkOptions } from '../../src/run/options.ts';
import { shapeFor } from '../../src/run/shape.ts';
import { TUNING, TUNING_NAMES, type Tunable } from '../../src/run/tuning.ts';
import { cli } from './fakes.ts';

/** A word of the command line for each flag, and the value that it stands for. */
const GIVEN: { readonly [Name in FlagName]: readonly [text: string, value: NonNullable<MachineOptions[Name]>] } = {
  heapdump: ['out.gz', 'out.gz'],
  procs: ['3', 3],
  gogc: ['50', 50],
  arena: ['3M', 3 << 20],
  policy: ['tuned', 'tuned'],
  goarch: ['386', '386'],
  osHoles: ['16M+1M', [{ offset: 16 << 20, bytes: 1 << 20 }]],
  types: ['mtypes', 'mtypes'],
  collector: ['bitmap', 'bitmap'],
  barrier: ['hybrid', 'hybrid'],
  stacks: ['once', 'once'],
  termination: ['ragged', 'ragged'],
  barrierBuffer: ['4', 4],
  checkmark: ['', true],
  assists: ['off', 'off'],
  pacer: ['runway', 'runway'],
  memoryLimit: ['64M', 64 << 20],
  debug: ['efence,collectstats', ['efence', 'collectstats']],
  gcEvery: ['7', 7],
  hangSeconds: ['2m', 120],
  seed: ['9', 9],
  verify: ['', true],
  gctrace: ['2', 2],
  timeScale: ['0.5', 0.5],
  memprofileRate: ['4K', 4096],
};

const NEEDS = { arenaBytes: 1 << 20, globals: 16, goroutines: 4 };

function optionOf(name: FlagName): MachineOption<unknown> {
  return MACHINE_OPTIONS[name] as MachineOption<unknown>;
}

function longOf(name: FlagName): string {
  return optionOf(name).flag.split(' ')[0];
}

/** The words of the memory of a machine with these options. */
function wordsOf(options: MachineOptions): Record<OptionWord, number> {
  const map = planMemory(shapeFor({ procs: 1, collector: 'concurrent', ...options }, NEEDS));
  const m = new Int32Array(map.words);
  writeConfig(m, map);
  return Object.fromEntries(Object.keys(OPTION_WORDS).map((word) => [word, m[CONFIG + Config.at[word as OptionWord]]])) as Record<OptionWord, number>;
}

describe.each(FLAG_NAMES)('the machine option %s', (name) => {
  const long = longOf(name);
  const [text, value] = GIVEN[name];

  it('is a flag of run that hands its value to the machine', async () => {
    const also = name === 'osHoles' ? '--goarch 386' : name === 'memprofileRate' ? '--memprofile p.gz' : '';
    const line = `run churn ${text === '' ? long : `${long}=${text}`} ${also}`;
    const { code, err, started } = await cli(line);
    expect([code, err]).toEqual([0, '']);
    expect(started[0]).toMatchObject({ [name]: value });
    expect(JSON.parse((await cli(`${line} --json`)).out).options).toMatchObject({ [name]: value });
  });

  it('is listed by help, completion and the man page', async () => {
    const words = (help: string) => help.replaceAll('\\-', '-').replaceAll("\\'", "'").replaceAll('\\\\', '\\').replace(/\s+/g, ' ');
    const start = optionOf(name).help.slice(0, 40);
    for (const line of ['help run', 'help --man', 'completion fish']) expect(words((await cli(line)).out)).toContain(start);
    expect((await cli('help run')).out).toContain(`  ${optionOf(name).flag}`);
    for (const shell of ['bash', 'zsh']) expect((await cli(`completion ${shell}`)).out).toContain(long);
  });

  it('is checked by the library, which refuses any other value', () => {
    expect(checkOptions({ workload: 'churn', [name]: value })).toEqual({ workload: 'churn', [name]: value });
    expect(() => checkOptions({ workload: 'churn', [name]: Symbol(name) })).toThrow(`startRuntime: ${name} must be `);
  });
});

describe('machine options', () => {
  it.each(FLAG_NAMES.filter((name) => optionOf(name).word !== undefined))('change a word of the memory: %s', (name) => {
    const { word } = optionOf(name);
    const others: MachineOptions = name in CONCURRENT_OPTIONS ? { collector: 'concurrent' } : {};
    expect(wordsOf({ ...others, [name]: GIVEN[name][1] })[word!]).not.toBe(wordsOf(others)[word!]);
  });

  it('own every word that options set', () => {
    const set = [...(Object.values(MACHINE_OPTIONS) as readonly { readonly word?: string }[]).map(({ word }) => word), ...TUNING_NAMES.map((name) => (TUNING[name] as Tunable).field)];
    for (const word of Object.keys(OPTION_WORDS)) expect(set).toContain(word);
  });

  it('are named in the library like the flags of a command', () => {
    expect(machineOptionsOf({ arenaHoles: [], godebug: ['efence'], debug: true, procs: 2, json: true }, ['osHoles', 'debug', 'procs', 'arena'])).toEqual({ osHoles: [], debug: ['efence'], procs: 2 });
  });
});
