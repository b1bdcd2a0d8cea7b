/** Sends, receives and selects that wait and are woken, under collections. */
import { prepareMachine } from './machine.ts';
import { procsKnob, type Knob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** Collections are forced, and few, so that an execution is short. */
const GOGC = -1;
const SENDERS = 2;
const SENDS = 2;

function shape({ procs }: Knobs) {
  return tinyShape({ procs });
}

export const channels: Scenario = {
  name: 'channels',
  summary: 'goroutines that hand objects over by channels, with select, under collections',
  knobs: [procsKnob(3, 2)],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.CHANNELS, args: [SENDERS, SENDS] }, makeOracle);
  },
};

/** Elements that each of the senders sends. */
const EACH: Knob = { name: 'each', summary: 'elements that each sender sends', values: [3, 2, 5] };

export const channelsCrowd: Scenario = {
  name: 'channels-crowd',
  summary: 'goroutines that send and receive by selects of different order, with a buffer, a nil channel and a close',
  knobs: [procsKnob(3, 2, 4), EACH],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.CHANNELS_CROWD, args: [knobs.each] }, makeOracle);
  },
};

/** What main does before it closes. */
const CLOSING: readonly Knob[] = [
  { name: 'waiters', summary: 'goroutines that wait on the channel that is closed', values: [3, 2, 4] },
  { name: 'yields', summary: 'how often main lets others run before it closes', values: [2, 0] },
  { name: 'collects', summary: '1: it collects once it has closed', values: [0, 1] },
];

export const channelsClose: Scenario = {
  name: 'channels-close',
  summary: 'a channel is closed while several wait on it, who wait again at once on another',
  knobs: [procsKnob(3, 2, 4), ...CLOSING],
  shape,
  prepare(core, { knobs }, makeOracle) {
    const program = { ...core.CHANNELS_CLOSE, args: [knobs.waiters, knobs.yields, knobs.collects] };
    return prepareMachine(core, shape(knobs), GOGC, program, makeOracle);
  },
};
