/**
 * Stands for `node:worker_threads` in packages: a package may ask on which thread it runs, whatever thread the
 * exploration runs on, and gets the main thread as answer. What would start a thread or send a message is refused when
 * it runs.
 */
import type { Plugin } from 'rolldown';
import { REFUSED } from './globals.ts';

const STUB = '\0worker_threads';

const refusing = (name: 'Worker' | 'MessageChannel' | 'BroadcastChannel') => `export class ${name} { constructor() { $refuse(${JSON.stringify(`${name}: ${REFUSED[name]}`)}); } }`;
const MESSAGES = JSON.stringify(`messages can't be explored: only shared memory is`);
const functions = ['receiveMessageOnPort', 'moveMessagePortToContext', 'postMessageToThread', 'getEnvironmentData', 'setEnvironmentData', 'markAsUntransferable', 'isMarkedAsUntransferable'];

/** `$refuse` is the prologue's. A MessagePort is never made, but may be tested for. */
const TEXT = `export const isMainThread = true, isInternalThread = false, parentPort = null, workerData = null, threadId = 0, threadName = '', resourceLimits = {};
export const SHARE_ENV = Symbol.for('nodejs.worker_threads.SHARE_ENV');
${refusing('Worker')}
${refusing('MessageChannel')}
${refusing('BroadcastChannel')}
export class MessagePort {}
${functions.map((name) => `export function ${name}() { $refuse(${MESSAGES}); }`).join('\n')}
`;

/** The plugin of the bundler. A user's own module imports the real one, whose calls are refused with file and line. */
export const workerThreadsOfPackages: Plugin = {
  name: 'worker threads',
  resolveId: (source, importer) => (/^(?:node:)?worker_threads$/.test(source) && importer?.includes('/node_modules/') === true ? STUB : null),
  load: (id) => (id === STUB ? `${TEXT}export default { isMainThread, parentPort, workerData, threadId, Worker, MessageChannel, MessagePort, BroadcastChannel };\n` : null),
};
