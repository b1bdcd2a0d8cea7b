/** The watch over a server: silence and refusals are reported once, and so is their end. */
import { describe, expect, it } from 'vitest';
import { watchServer } from '../../src/queue/heartbeat.ts';

/** Watches a server that gives these answers in turn, and returns what is reported. */
async function reports(answers: readonly (() => Promise<unknown>)[]): Promise<(string | undefined)[]> {
  const stop = new AbortController();
  const heard: (string | undefined)[] = [];
  let next = 0;
  await watchServer({
    ms: 20, signal: stop.signal, onTrouble: (message) => heard.push(message),
    async ping() {
      if (next === answers.length) return stop.abort();
      return answers[next++]();
    },
  });
  return heard;
}

const fine = async (): Promise<void> => {};
const refused = async (): Promise<never> => { throw Object.assign(new Error('connect to redis://:hunter2@x'), { code: 'ECONNREFUSED' }); };
const late = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 200); });

describe('the watch over a server', () => {
  it('says nothing as long as it answers', async () => {
    expect(await reports([fine, fine, fine])).toEqual([]);
  });

  it('reports once that it refuses, with the code alone, and once that it answers again', async () => {
    expect(await reports([fine, refused, refused, fine, fine, refused, fine])).toEqual(['nothing listens there (ECONNREFUSED)', undefined, 'nothing listens there (ECONNREFUSED)', undefined]);
  });

  it('reports silence, and the late answer', async () => {
    expect(await reports([late, fine])).toEqual(['no answer', undefined]);
  });
});
