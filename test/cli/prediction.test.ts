import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machinePath, openMachine, saveMachine } from '../../src/cli/machine-file.ts';
import { parseModelThreads } from '../../src/cli/model-flags.ts';
import type { Host } from '../../src/model/machine-model.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { PredictionDocument } from '../../src/report/prediction-document.ts';
import { cli, collecting } from './fakes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the flag --model', () => {
  it.each([
    ['1,2,16', [1, 2, 16]],
    ['4, 2,4', [2, 4]],
    ['1..4', [1, 2, 3, 4]],
    ['1..128', [1, 2, 4, 8, 16, 32, 64, 128]],
    ['3..20', [3, 4, 8, 16, 20]],
    ['1..2,64', [1, 2, 64]],
  ])('%s predicts for %j threads', (text, counts) => {
    expect(parseModelThreads(text)).toEqual(counts);
  });

  it.each(['0', '129', '4..2', '1..2..3', '1..', 'all', ''])("refuses '%s'", (text) => {
    expect(() => parseModelThreads(text)).toThrow('--model');
  });

  it('uses the machine that calibrate wrote, or the file of a machine by its path', () => {
    const env = { XDG_CONFIG_HOME: join(folder, 'config') };
    expect(openMachine(env).machine).toEqual(MACHINES[0]);
    const here = { ...MACHINES[0], name: 'here', transferNs: 123 };
    expect(saveMachine(env, here)).toBe(machinePath(env));
    expect(openMachine(env).machine).toEqual(here);
    expect(openMachine(env, MACHINES[0].name).machine).toEqual(MACHINES[0]);
    const path = join(folder, 'lab.json');
    saveMachine(env, { ...here, name: 'lab' }, path);
    expect(openMachine(env, path).machine.name).toBe('lab');
    expect(readFileSync(path, 'utf8')).toMatch(/\n$/);
  });

  it.each([
    ['none', undefined, 'there is no such file'],
    ['text', 'no json', 'it is no JSON'],
    ['part', '{"name": "x"}', 'holds no machine: about'],
    ['null', 'null', 'holds no machine: expected object, received null'],
    ['negative', JSON.stringify({ ...MACHINES[0], wakeNs: -1 }), 'holds no machine: wakeNs -1: at least 0'],
    ['slow', JSON.stringify({ ...MACHINES[0], bytesPerSecond: 0.001 }), 'holds no machine: bytesPerSecond 0.001: at least 1000000'],
    ['busy', JSON.stringify({ ...MACHINES[0], transferNs: 24_000 }), 'holds no machine: transferNs 24000: at most 5000'],
    ['cached', JSON.stringify({ ...MACHINES[0], l1: { bytes: 2 ** 36, ns: 1 } }), 'holds no machine: l1.bytes 68719476736: at most 4194304'],
    ['second', JSON.stringify({ ...MACHINES[0], l2: { bytes: 2 ** 36, ns: 1 } }), 'holds no machine: l2.bytes 68719476736: at most 67108864'],
    ['endless', JSON.stringify({ ...MACHINES[0], storeBuffer: 1e9 }), 'storeBuffer 1000000000: at most 10000'],
    ['unordered', JSON.stringify({ ...MACHINES[0], miss: MACHINES[0].miss.toReversed() }), 'holds no machine: miss: the sizes must ascend'],
    ['nameless', JSON.stringify({ ...MACHINES[0], name: 'x'.repeat(101) }), 'holds no machine: name: at most 100 characters'],
    ['large', ' '.repeat(2 ** 20 + 1), 'is too large: at most 1.00 MB are read'],
  ])('refuses a machine file that is %s', (name, text, message) => {
    const path = join(folder, `${name}.json`);
    if (text !== undefined) writeFileSync(path, text);
    expect(() => openMachine({}, path)).toThrow(message);
  });

  it('prints an unknown parameter without its control characters', () => {
    const path = join(folder, 'escape.json');
    writeFileSync(path, JSON.stringify({ ...MACHINES[0], ['\x1b[31mred' + 'x'.repeat(1000)]: 1 }));
    expect(() => openMachine({}, path)).toThrow(/holds no machine: Unrecognized key: "\\x1b\[31mredx{1,100}…$/);
    expect(() => openMachine({}, '\x1b[31m')).toThrow(/^there is no machine '\\x1b\[31m'/);
  });
});

const HERE = { cpu: 'Xeon', cores: 2, node: '22.1.0' };

describe('the machine that is predicted for', () => {
  const opened = (host: Host | undefined) => {
    const path = join(folder, 'host.json');
    saveMachine({}, { ...MACHINES[0], name: 'lab', host }, path);
    return openMachine({}, path, HERE);
  };

  it('is known to be this one', () => {
    expect(opened({ ...HERE, node: '22.9.0' }).warning).toBeUndefined();
  });

  it.each([
    [{ ...HERE, cpu: 'Epyc' }, 'lab was measured with another processor (Epyc, and this is Xeon); sweepgen calibrate measures this machine'],
    [{ ...HERE, cores: 64 }, 'lab was measured with 64 cores, and here are 2; sweepgen calibrate measures this machine'],
    [{ ...HERE, node: '20.20.2' }, 'lab was measured with Node 20.20.2, and this is 22.1.0; sweepgen calibrate measures this machine'],
    [undefined, 'lab may be another machine than this one: its file does not say where it was measured; sweepgen calibrate measures this one'],
  ])('is known to be another: %j', (host, warning) => {
    expect(opened(host).warning).toBe(warning);
  });

  it('is a known one if this one was not calibrated, or if it was asked for', () => {
    const env = { XDG_CONFIG_HOME: join(folder, 'nothing') };
    expect(openMachine(env, undefined, HERE).warning).toBe('the prediction is for xeon-2, not for this machine (Xeon): this machine was not calibrated; sweepgen calibrate measures this one');
    expect(openMachine(env, 'server-16', HERE).warning).toContain('the prediction is for server-16, not for this machine (Xeon): it is a known machine');
  });
});

describe('scale --model', () => {
  it('refuses an unknown machine, and lists the known ones', async () => {
    const { code, err } = await cli('scale list --model 1 --machine zeon-2');
    expect(code).toBe(2);
    expect(err).toContain("there is no machine 'zeon-2'");
    expect(err).toContain('xeon-2');
  });

  it('predicts instead of measuring', async () => {
    const { code, out, err, started } = await cli('scale list --model 1,4 --objects 2000 --machine xeon-2');
    expect(code).toBe(0);
    expect(started).toEqual([]);
    expect(out).toContain('list-2000: 2,000 objects, 62.5 KB; go1.3 predicted for xeon-2\n  xeon-2 is a virtual machine with two vCPUs');
    expect(out.split('\n').filter((line) => /^ +[14] /.test(line))).toHaveLength(2);
    expect(out).toContain('xeon-2 has 2 cores; the prediction takes further cores to be of the same kind.');
    expect(err).toContain('the prediction is for xeon-2, not for this machine');
  });

  it('places the threads with --pin, and says so', async () => {
    const command = 'scale list --model 1,40 --objects 2000 --machine e5-2690x2 --pin compact';
    const { out } = await cli(command);
    expect(out).toContain('go1.3 predicted for e5-2690x2, threads compact\n');
    expect(out).toContain('e5-2690x2 has 16 cores; the prediction takes further cores to be of the same kind.');
    expect(JSON.parse((await cli(`${command} --json`)).out)).toMatchObject({ settings: { policy: 'go1.3', pin: 'compact' } });
  });

  it.each([
    ['list --model 1 --objects 2000 --machine xeon-2 --pin compact', 'xeon-2 has one socket, on which --pin makes no difference; leave it out'],
    ['list --model 1 --machine e5-2690x2 --pin close', "--pin must be scatter or compact, not 'close'"],
    ['list --model 1 --machine xeon-2 --copies 2', '--copies is for heaps of programs; give list more --objects'],
  ])('refuses scale %s', async (args, message) => {
    const { code, err } = await cli(`scale ${args}`);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('prints the same as one JSON document', async () => {
    const { out } = await cli('scale tree --model 1..2 --objects 2000 --machine xeon-2 --json --unpadded');
    const document = PredictionDocument.strict().parse(JSON.parse(out));
    expect(document).toMatchObject({ schema: 2, command: 'scale --model', heap: { name: 'tree-2000', objects: 2047 }, machine: { name: 'xeon-2', cores: 2 }, settings: { policy: 'go1.3' }, unpadded: true });
    expect(document.machine.warning).toContain('not for this machine');
    const [one, two] = document.results;
    expect([one.procs, two.procs]).toEqual([1, 2]);
    expect(two.objects).toBe(2047);
    expect(two.speedup).toBeCloseTo(one.medianNs / two.medianNs, 9);
    const { roots, scanning, waiting } = two.shares;
    expect(roots + scanning + waiting).toBeCloseTo(1, 9);
  });
});

describe('scale --model --why', () => {
  const model = 'scale tree --model 1,4 --objects 2000 --machine xeon-2';

  it('prints the critical path and the contended words of the largest number of threads', async () => {
    const { code, out } = await cli(`${model} --why`);
    expect(code).toBe(0);
    expect(out).toMatch(/\n\ncritical path, 4 threads +time +share .*\n(.+\n)+all .*\n\ncontended word, 4 threads +place/);
    expect(out).toContain('The critical path of 4 threads is ');
  });

  it('adds the explanation to the document, and nothing without it', async () => {
    const documentOf = async (more: string) => PredictionDocument.strict().parse(JSON.parse((await cli(`${model} --json${more}`)).out));
    const explained = await documentOf(' --why');
    expect(explained.explanation?.procs).toBe(4);
    expect(explained.timeline).toBeUndefined();
    expect({ ...explained, explanation: undefined }).toEqual({ ...await documentOf(''), explanation: undefined });
  });

  it('is refused without --model', async () => {
    const { code, err } = await cli('scale tree --why');
    expect([code, err]).toEqual([2, expect.stringContaining('--why is for --model; leave it out')]);
  });
});

describe('a prediction compared with other figures', () => {
  const model = 'scale list --model 1,2 --objects 2000 --machine xeon-2';
  const withFile = (text: string) => ({ readText: () => text });

  it('is compared with a measurement: predicted over measured, where both have the number of threads', async () => {
    const measured = JSON.parse((await cli('scale tree --procs 1,3 --runs 6 --json', collecting)).out) as { heap: { name: string; objects: number }; results: { medianNs: number }[] };
    Object.assign(measured.heap, { name: 'list', objects: 2000 });
    const { code, out } = await cli(`${model} --compare old.json`, undefined, withFile(JSON.stringify(measured)));
    expect(code).toBe(0);
    expect(out).toMatch(/\nthreads +measured +predicted +predicted \/ measured\n +1 +80\.01 ms +0\.\d+ ms +0\.00\n\n/);
    const { comparison } = PredictionDocument.parse(JSON.parse((await cli(`${model} --compare old.json --json`, undefined, withFile(JSON.stringify(measured)))).out));
    expect(comparison).toMatchObject([{ procs: 1, oldNs: measured.results[0].medianNs }]);
  });

  it('is compared with another prediction by the change', async () => {
    const before = PredictionDocument.parse(JSON.parse((await cli(`${model} --json`)).out));
    for (const result of before.results) result.medianNs *= 2;
    const { out } = await cli(`${model} --compare old.json`, undefined, withFile(JSON.stringify(before)));
    expect(out).toMatch(/\nthreads +before +now +change\n +1 +.* -50\.0 %\n +2 +.* -50\.0 %\n/);
  });

  it.each([
    [{ heap: { name: 'tree', objects: 2000 } }, 'old.json is of the heap tree, not list-2000'],
    [{ heap: { name: 'list', objects: 4000 } }, 'old.json is of 4,000 objects, and the prediction of 2,000; give both the same --objects'],
    [{ heap: { name: '\x1b[2Jtree', objects: 2000 } }, 'old.json is of the heap \\x1b[2Jtree, not list-2000'],
    [{ schema: 1 }, 'old.json has schema 1, and this version compares 2; predict it again'],
    [{ phase: 'sweep' }, 'old.json is not what sweepgen scale --json has printed: phase: expected "mark"'],
  ])('is not compared with %j', async (changes, sentence) => {
    const before = JSON.parse((await cli(`${model} --json`)).out) as { heap: object };
    const heap = { ...before.heap, ...('heap' in changes ? changes.heap : {}) };
    const { code, err } = await cli(`${model} --compare old.json`, undefined, withFile(JSON.stringify({ ...before, ...changes, heap })));
    expect([code, err]).toEqual([2, expect.stringContaining(`sweepgen: ${sentence}`)]);
  });

  it('is no baseline for a measurement', async () => {
    const text = (await cli(`${model} --json`)).out;
    const { code, err, started } = await cli('scale list --objects 2000 --compare old.json', collecting, withFile(text));
    expect([code, started]).toEqual([2, []]);
    expect(err).toContain('old.json is a prediction; measure with --json, and compare the prediction with that under --model');
  });

  it('is drawn, and says so at the end', async () => {
    const { code, out, files } = await cli(`${model} --svg list.svg`);
    expect([code, out.split('\n').slice(-2)]).toEqual([0, ['Drawn to list.svg.', '']]);
    expect(Buffer.from(files.get('list.svg')!).toString()).toContain('predicted for xeon-2');
  });

  it('is drawn beside the measurement that it is compared with', async () => {
    const measured = JSON.parse((await cli('scale tree --procs 1,3 --runs 6 --json', collecting)).out) as { heap: object };
    Object.assign(measured.heap, { name: 'list', objects: 2000 });
    const { files } = await cli(`${model} --compare old.json --svg list.svg`, undefined, withFile(JSON.stringify(measured)));
    const svg = Buffer.from(files.get('list.svg')!).toString();
    expect([...svg.matchAll(/class="label">([a-z]+)/g)].map(([, label]) => label)).toEqual(['predicted', 'measured', 'predicted', 'measured']);
    expect(svg).toContain('measured: old.json');
  });
});

describe('Ctrl-C while predicting', () => {
  /** Answers "go on" so often, and "stop" from then on. */
  const after = (answers: number) => ({ isInterrupted: () => answers-- <= 0 });

  it('prints the predictions made so far, and how to go on', async () => {
    // A prediction of 2,000 objects checks for an interruption only a few times.
    for (let answers = 1; answers < 100; answers++) {
      const { code, out, err } = await cli('scale list --model 1,2,3 --objects 2000 --machine xeon-2', undefined, after(answers));
      expect(code).toBe(130);
      if (out === '') continue;
      expect(out.split('\n').filter((line) => /^ +[123] /.test(line))).toHaveLength(1);
      expect(err).toContain('go on with: sweepgen scale list --objects 2000 --machine xeon-2 --model 2,3\n');
      const document = PredictionDocument.parse(JSON.parse((await cli('scale list --model 1,2,3 --objects 2000 --machine xeon-2 --json', undefined, after(answers))).out));
      expect(document).toMatchObject({ interrupted: true, results: [{ procs: 1 }] });
      return;
    }
    expect.unreachable('no number of answers ended it after the first prediction');
  });

  it('prints no table before the first prediction is made', async () => {
    const { code, out } = await cli('scale list --model 1,2 --objects 2000 --machine xeon-2', undefined, after(0));
    expect([code, out]).toEqual([130, '']);
  });
});
