/** One worker thread, asked over a port that the user's code on it can't reach. */
import { MessageChannel, Worker, receiveMessageOnPort, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import type { Outcome } from './task.ts';

/** A thread ended that nothing here had ended. */
export class ThreadLost extends Error {
  /** @param cause what ended it, if an error did */
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

export class Thread<Task> {
  /** Rejects with ThreadLost as soon as the thread has ended without a word. */
  readonly lost: Promise<never>;
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private answer: (outcome: Outcome) => void = () => {};
  /** Its end is no news any more: it was ended from here, or has told why it ends. */
  private isOver = false;

  /** @param file module of the thread, which calls `serve` */
  constructor(file: string, resourceLimits?: ResourceLimits) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.worker = new Worker(file, { workerData: { port: port2 }, transferList: [port2], trackUnmanagedFds: false, resourceLimits });
    this.port.on('message', (outcome: Outcome) => this.take(outcome));
    this.lost = new Promise((_, reject) => {
      this.worker.on('error', (error: unknown) => reject(new ThreadLost(error instanceof Error ? error.message : String(error), error)));
      this.worker.on('exit', (code) => {
        const last = receiveMessageOnPort(this.port) as { message: Outcome } | undefined;
        if (last !== undefined) this.take(last.message);
        this.port.close();
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
    this.port.postMessage(task);
    return Promise.race([answered, this.lost]);
  }

  /** Ends the thread now, whatever it does. */
  async end(): Promise<void> {
    this.isOver = true;
    await this.worker.terminate();
  }

  private take(outcome: Outcome): void {
    if (!outcome.ok) this.isOver = true;
    this.answer(outcome);
  }
}
