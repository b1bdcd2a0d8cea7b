/** Channels: goroutines block in sends, receives and selects, and are woken, under collections. */
import { prepareMachine } from './machine.ts';
import { procsKnob, type Knob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** No automatic collections: a few forced ones keep an execution short. */
const GOGC = -1;
const SENDERS = 2;
const SENDS = 2;

function shape({ procs }: Knobs) {
  return tinyShape({ procs });
}

export const channels: Scenario = {
  name: 'channels',
  summary: 'goroutines pass objects through channels, with select, under collections',
  knobs: [procsKnob(3, 2)],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.CHANNELS, args: [SENDERS, SENDS] }, makeOracle);
  },
};

const EACH: Knob = { name: 'each', summary: 'elements that each sender sends', values: [3, 2, 5] };

export const channelsCrowd: Scenario = {
  name: 'channels-crowd',
  summary: 'goroutines send and receive by selects of different order, with a buffer, a nil channel and a close',
  knobs: [procsKnob(3, 2, 4), EACH],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.CHANNELS_CROWD, args: [knobs.each] }, makeOracle);
  },
};

const CLOSING: readonly Knob[] = [
  { name: 'waiters', summary: 'goroutines that wait on the channel that is closed', values: [3, 2, 4] },
  { name: 'yields', summary: 'yields of the main goroutine before it closes the channel', values: [2, 0] },
  { name: 'collects', summary: '1: the main goroutine collects after the close', values: [0, 1] },
];

export const channelsClose: Scenario = {
  name: 'channels-close',
  summary: 'a channel is closed while several goroutines wait on it; each then waits on another channel',
  knobs: [procsKnob(3, 2, 4), ...CLOSING],
  shape,
  prepare(core, { knobs }, makeOracle) {
    const program = { ...core.CHANNELS_CLOSE, args: [knobs.waiters, knobs.yields, knobs.collects] };
    return prepareMachine(core, shape(knobs), GOGC, program, makeOracle);
  },
};
