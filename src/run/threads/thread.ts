/** One worker thread, asked over a port that the user's code on it can't reach. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, Worker, receiveMessageOnPort, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import type { News, Outcome } from './task.ts';

/** A thread ended that nothing here had ended. */
export class ThreadLost extends Error {
  /** @param cause what ended it, if an error did */
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** As long as a thread may take to load its modules before it is ended all the same. */
const LOADING_MS = 2000;

export class Thread<Task> {
  /** Rejects with ThreadLost as soon as the thread has ended without a word. */
  readonly lost: Promise<never>;
  private readonly worker: Worker;
  private readonly port: MessagePort;
  /** Resolves once the thread runs: how long that takes depends on how busy the computer is. */
  readonly up: Promise<void>;
  private hasStarted: () => void = () => {};
  private answer: (outcome: Outcome) => void = () => {};
  private quiet: () => void = () => {};
  /** Resolves once the thread loads no module. */
  private loaded: Promise<unknown> = Promise.resolve();
  /** Its end is no news any more: it was ended from here, or has told why it ends. */
  private isOver = false;

  /** @param file module of the thread, which calls `serve` */
  constructor(file: string, resourceLimits?: ResourceLimits) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.worker = new Worker(file, { workerData: { port: port2 }, transferList: [port2], trackUnmanagedFds: false, resourceLimits });
    this.up = new Promise((resolve) => {
      this.hasStarted = resolve;
    });
    this.port.on('message', (news: News) => this.take(news));
    this.lost = new Promise((_, reject) => {
      this.worker.on('error', (error: unknown) => reject(new ThreadLost(error instanceof Error ? error.message : String(error), error)));
      this.worker.on('exit', (code) => {
        for (let last = this.receive(); last !== undefined; last = this.receive()) this.take(last);
        this.port.close();
        this.quiet();
        if (!this.isOver) reject(new ThreadLost(`exit code ${code}`));
      });
    });
    this.lost.catch(() => {});
  }

  /**
   * Hands `task` to the thread and returns how its work ends; one task at a time.
   * @throws ThreadLost
   */
  async ask(task: Task): Promise<Outcome> {
    const answered = new Promise<Outcome>((resolve) => {
      this.answer = resolve;
    });
    const quiet = new Promise<void>((resolve) => {
      this.quiet = resolve;
    });
    this.loaded = Promise.race([quiet, sleep(LOADING_MS, undefined, { ref: false })]);
    this.port.postMessage(task);
    return Promise.race([answered, this.lost]);
  }

  /**
   * Ends the thread, whatever it does. On Node 20 a thread that is ended while it loads its modules
   * can take the process with it ("Module::IsGraphAsync"), so that is waited for.
   */
  async end(): Promise<void> {
    this.isOver = true;
    await this.loaded;
    await this.worker.terminate();
  }

  private receive(): News | undefined {
    return (receiveMessageOnPort(this.port) as { message: News } | undefined)?.message;
  }

  private take(news: News): void {
    this.hasStarted();
    if (news === 'up') return;
    this.quiet();
    if (news === 'loaded') return;
    if (!news.ok) this.isOver = true;
    this.answer(news);
  }
}
