/** Edges of channels and select. */
import { edgesOf } from './edge.ts';

export const CHANNEL_EDGES = [
  ...edgesOf('channels', 'src/runtime/chan.ts', [
    ['sent to one that waited', '@copyElem(m, c, m[receiver + ELEM], from);'],
    ['sent into the buffer', '@copyElem(m, c, bufferAt(m, c, m[c + SENDX]), from);'],
    ['received from one that waited', '@copyElem(m, c, to, m[sender + ELEM]);'],
    ['one that waited filled the buffer', '@copyElem(m, c, place, m[sender + ELEM]);'],
    ['waited', '@beginWait(m, gp, 1);'],
    ['a closed channel gave its zero', 'm[gp + CHANOK] = 0;\n  @return DONE;'],
    ['a close woke one that waited', '@wake(m, mp, first);'],
  ]),
  ...edgesOf('channels', 'src/runtime/select.ts', [
    ['select waited', '@beginWait(m, gp, cases.length);'],
    ['select took its default', 'unlockAll(m, mp, gp, cases);\n  @return otherwise;'],
  ]),
  ...edgesOf('channels', 'src/runtime/waitq.ts', [
    ['another channel had let it go', '+ XSELECTED, 0, 1) === 0) return sg;@'],
    ['woken on one, it left the other', 'if (m[sg + QUEUE] !== 0) @removeLocked(m, m[sg + QUEUE], sg);'],
  ]),
];
