/** One thread sends, and the other may receive. The race detector watches. */
import type { Message } from './message.ts';

export function messageScenario(make: () => Message) {
  return {
    setup: make,
    threads: [(message: Message) => message.send(7), (message: Message) => message.receive()],
    check: (_: Message, [, received]: readonly unknown[]) => received === undefined || received === 7,
    races: true,
  };
}
