/** A channel of multithreading that holds one message, and is closed while threads use it. */
import './navigator.ts';
import { channel } from 'multithreading';

export const summary = 'multithreading: a channel that is closed while threads send and receive';

const CAPACITY = 1;

interface Model {
  readonly messages: number[];
  isClosed: boolean;
}

export function setup() {
  const [sender, receiver] = channel<number>(CAPACITY);
  return { sender, receiver };
}
type State = ReturnType<typeof setup>;

export const operations = [
  [['send', 1], ['close']],
  [['receive'], ['receive']],
  [['send', 2]],
];

export const actions = {
  send: ({ sender }: State, message: number) => sender.blockingSend(message).ok,
  receive({ receiver }: State): number {
    const result = receiver.blockingRecv();
    return result.ok ? result.value : 0;
  },
  close: ({ sender }: State) => sender.close(),
};

export const spec = {
  init: (): Model => ({ messages: [], isClosed: false }),
  send: ({ messages, isClosed }: Model, message: number) => !isClosed && messages.push(message) > 0,
  receive: ({ messages }: Model) => messages.shift() ?? 0,
  close(model: Model): void {
    model.isClosed = true;
  },
  blocks({ messages, isClosed }: Model, operation: string): boolean {
    if (isClosed || operation === 'close') return false;
    return messages.length === (operation === 'send' ? CAPACITY : 0);
  },
};
