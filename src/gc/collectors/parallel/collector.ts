/** The parallel collector of Go 1.1 to 1.4: several Ms mark, and spans are swept after the pause. */
import { markWithOthers } from '../../helper.ts';
import type { Collector } from '../descriptor.ts';

export const parallel: Collector<'parallel'> = {
  name: 'parallel',
  help: 'several threads mark, spans are swept as they are needed (2013)',
  helpers: true,
  takesPolicy: true,
  gctrace: 'go1.3',
  marksIn: 'bitmap',
  mark: markWithOthers,
};
