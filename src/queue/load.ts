/** Loads BullMQ and the drivers, which are optional. */
import { QueueError } from './errors.ts';

/** Imports an optional package. @throws QueueError with the command that installs it */
export async function load<Module>(name: string, { protocol }: URL): Promise<Module> {
  try {
    return (await import(name)) as Module;
  } catch {
    const packages = protocol.startsWith('postgres') ? 'bullmq pg' : 'bullmq ioredis';
    throw new QueueError(`a queue at ${protocol}// needs packages that are not installed; install them with: npm install ${packages}`);
  }
}
