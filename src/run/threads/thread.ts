/** A worker thread with a private port, which user code on the thread can't reach. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, Worker, receiveMessageOnPort, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import type { News, TaskOutcome } from './task.ts';

/** A thread ended unexpectedly. */
export class ThreadLost extends Error {
  /** @param cause the error that ended it, if there is one */
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** Time that a thread may take to load its modules before `end` terminates it, ms. */
const LOADING_MS = 2000;

export class Thread<Task> {
  /** Rejects with ThreadLost if the thread ends without posting the reason. */
  readonly lost: Promise<never>;
  private readonly worker: Worker;
  private readonly port: MessagePort;
  /** Resolves when the thread runs. */
  readonly up: Promise<void>;
  private hasStarted: () => void = () => {};
  private answer: (outcome: TaskOutcome) => void = () => {};
  private quiet: () => void = () => {};
  /** Resolves when the thread has loaded its modules. */
  private loaded: Promise<unknown> = Promise.resolve();
  /** The end is expected: `end` was called, or the thread posted the reason. */
  private isOver = false;

  /** @param file the thread's module, which must call `serve` */
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
   * Posts `task` to the thread and returns its outcome. Only one task may be pending.
   * @throws ThreadLost
   */
  async ask(task: Task): Promise<TaskOutcome> {
    const answered = new Promise<TaskOutcome>((resolve) => {
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
   * Terminates the thread, after it has loaded its modules: on Node 20 a thread that is terminated while it loads
   * them can crash the process ("Module::IsGraphAsync").
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
