/** Two threads take a lock again and again. Neither may wait while the other gets on too often. */
interface Lock {
  lock(): void;
  unlock(): void;
}

const ROUNDS = 6;

export function fairnessScenario(make: () => Lock) {
  function work(lock: Lock): void {
    for (let i = 0; i < ROUNDS; i++) {
      lock.lock();
      lock.unlock();
    }
  }

  return { setup: make, threads: { left: work, right: work }, starvation: 5 };
}
