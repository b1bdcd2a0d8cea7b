/** A campaign with real processes over a real queue, whose slices are played: its workers, its coordinators, its log. */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readLog } from '../../src/explore/campaigns/read-log.ts';
import { stationKey } from '../../src/explore/campaigns/slice.ts';
import type { Host } from './lan.ts';
import { failureAt } from './played-slices.mjs';

/** Short, so that lost claims are noticed within the test; long enough for a loaded machine. */
export const CLAIM_MS = 3000;

/** A process of a campaign, and what it prints. */
export class Actor {
  readonly child: ChildProcess;
  text = '';
  readonly ended: Promise<void>;

  /** @param host where it runs, by default on this machine */
  constructor(program: string, words: readonly string[], host?: Host) {
    const command = [...(host?.enter ?? []), process.execPath, join(import.meta.dirname, program), ...words];
    this.child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.on('data', (text) => (this.text += text));
    this.ended = new Promise((resolve) => { this.child.once('close', () => resolve()); });
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits until it has printed `text`. */
  async says(text: string): Promise<void> {
    await until(() => this.text.includes(text), () => `'${text}' in:\n${this.text}`, () => this.isAlive);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Waits until `is` holds, which a test expects of running processes. */
export async function until(is: () => boolean, what: () => string, isPossible: () => boolean = () => true): Promise<void> {
  while (!is()) {
    if (!isPossible()) {
      // What was printed last may still be on its way.
      await setTimeout(500);
      if (is()) return;
      throw new Error(`it ended without ${what()}`);
    }
    await setTimeout(20);
  }
}

export interface Played {
  readonly url: string;
  readonly build: string;
  /** Executions of the whole campaign; Infinity for one that goes on until it is finished. */
  readonly executions?: number;
  readonly scenarios?: readonly string[];
  readonly claimMs?: number;
  /** The folder of the log, by default one of the campaign's own. */
  readonly disk?: string;
}

/** Where a process runs, and how it gets to the queue, if not as the campaign says. */
interface Place {
  readonly host?: Host;
  readonly url?: string;
}

/** What the log of a campaign counts. */
interface Counted {
  readonly executions: number;
  readonly poison: readonly { readonly seed: number; readonly scenario: string; readonly cause: string }[];
}

export class PlayedCampaign {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sweepgen-campaign-'));
  readonly log: string;
  /** A line for each slice that a worker has begun or ended. */
  readonly #ran = join(this.#folder, 'ran');
  readonly #played: Required<Omit<Played, 'disk'>>;
  readonly #actors: Actor[] = [];

  constructor({ executions = 6000, scenarios = ['mark-bits', 'pacing', 'channels'], claimMs = CLAIM_MS, disk = this.#folder, ...played }: Played) {
    this.#played = { ...played, executions, scenarios, claimMs };
    this.log = join(disk, 'log.jsonl');
    appendFileSync(this.#ran, '');
  }

  worker({ jobs = 2, skewMs = 0, host, url = this.#played.url }: Place & { readonly jobs?: number; readonly skewMs?: number } = {}): Actor {
    const { build, claimMs } = this.#played;
    return this.#add(new Actor('campaign-worker.mjs', [url, build, String(claimMs), String(jobs), this.#ran, String(skewMs)], host));
  }

  /** A coordinator, which goes on with the log if there is one. */
  coordinator({ executions = this.#played.executions, host, url = this.#played.url }: Place & { readonly executions?: number } = {}): Actor {
    const { build, scenarios, claimMs } = this.#played;
    return this.#add(new Actor('campaign-coordinator.mjs', [url, build, String(claimMs), this.log, String(executions), scenarios.join(',')], host));
  }

  /**
   * Ends a campaign without a limit: a last coordinator counts what was offered, and offers no more.
   * @param coordinator the one that leads, if there is one
   */
  async finish(coordinator?: Actor, place: Place = {}): Promise<void> {
    if (coordinator !== undefined) {
      coordinator.child.kill('SIGTERM');
      await coordinator.says('ended: interrupted');
      await coordinator.ended;
    }
    await this.coordinator({ ...place, executions: 0 }).says('ended: executions');
  }

  #add(actor: Actor): Actor {
    this.#actors.push(actor);
    return actor;
  }

  /** Lines of slices that workers have begun or ended. */
  ran(what: 'begin' | 'end'): string[] {
    return readFileSync(this.#ran, 'utf8').split('\n').filter((line) => line.startsWith(what));
  }

  /** Waits until `n` more slices have begun, in one worker or in any. */
  async begun(n: number, worker?: Actor): Promise<void> {
    const count = (): number => this.ran('begin').filter((line) => worker === undefined || line.startsWith(`begin ${worker.child.pid} `)).length;
    const before = count();
    await until(() => count() >= before + n, () => `${n} slices more`, () => (worker === undefined ? this.#actors.some(({ isAlive }) => isAlive) : worker.isAlive));
  }

  /** Slices in the log. */
  get counted(): number {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').split('"type":"slice"').length - 1 : 0;
  }

  /** Expects the log to count each seed that was given out once, without a gap, but for what was set aside; and each failure once. */
  check(): Counted {
    const lines = readFileSync(this.log, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as LogLine);
    const offered = lines.filter(({ type }) => type === 'offered');
    const slices = lines.filter(({ type }) => type === 'slice');
    const lost = lines.filter(({ type }) => type === 'lost');
    const ids = (list: readonly LogLine[]): string[] => list.map(({ id }) => id!);
    expect(new Set(ids(offered)).size).toBe(offered.length);
    expect(ids([...slices, ...lost]).toSorted()).toEqual(ids(offered).toSorted());
    const offers = new Map(offered.map((each) => [each.id, each]));
    expect(slices.map(({ id, seed, executions }) => [id, seed, executions])).toEqual(slices.map(({ id }) => [id, offers.get(id)!.seed, offers.get(id)!.executions]));
    // The coordinator has one lane at each station.
    const next = new Map<string, number>();
    for (const { station, seed, executions } of offered.toSorted((a, b) => a.seed! - b.seed!)) {
      const key = stationKey(station!);
      expect(seed).toBe(next.get(key) ?? 1);
      next.set(key, seed! + executions!);
    }
    this.#checkFailures(slices, lines);
    expect(readLog(this.log).owed).toEqual([]);
    return {
      executions: slices.reduce((sum, { executions }) => sum + executions!, 0),
      poison: lost.map(({ seed, station, cause }) => ({ seed: seed!, scenario: station!.scenario, cause: cause! })),
    };
  }

  /** Expects the seen failures to be those of the seeds, each reported once, and once more with its smallest execution. */
  #checkFailures(slices: readonly LogLine[], lines: readonly LogLine[]): void {
    const planted = new Map<string, number>();
    const seen = new Map<string, number>();
    for (const { station, seed, executions, seen: here } of slices) {
      for (let at = seed!; at < seed! + executions!; at++) {
        const key = failureAt(station!, at);
        if (key !== undefined) planted.set(key, (planted.get(key) ?? 0) + 1);
      }
      for (const [key, times] of Object.entries(here!)) seen.set(key, (seen.get(key) ?? 0) + times);
    }
    expect(seen).toEqual(planted);
    const failures = lines.filter(({ type }) => type === 'failure');
    expect(failures.filter(({ shrunk }) => shrunk === null).map(({ key }) => key).toSorted()).toEqual([...planted.keys()].toSorted());
    expect(failures.filter(({ shrunk }) => shrunk !== null).map(({ key }) => key).toSorted()).toEqual([...planted.keys()].toSorted());
  }

  /** Ends what still runs, and removes the files. */
  async close(): Promise<void> {
    for (const { child } of this.#actors) child.kill('SIGKILL');
    await Promise.all(this.#actors.map(({ ended }) => ended));
    rmSync(this.#folder, { recursive: true });
  }
}

interface LogLine {
  readonly type: string;
  readonly id?: string;
  readonly key?: string;
  readonly station?: Parameters<typeof stationKey>[0];
  readonly seed?: number;
  readonly executions?: number;
  readonly seen?: Readonly<Record<string, number>>;
  readonly shrunk?: unknown;
  readonly cause?: string;
}
