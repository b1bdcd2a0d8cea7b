/**
 * createEntity of @woven-ecs/core, called as systems on worker threads call it. In a world of at most 32 entities it tries
 * only twice to claim one: a thread that loses to two others reports that the pool is exhausted.
 */
import { World, createEntity, type Context } from '@woven-ecs/core';

export const summary = '@woven-ecs/core: three threads create entities in a small world; fails';

export function setup(): { context: Context } {
  const world = new World([], { maxEntities: 16, threads: 1 });
  let context: Context | undefined;
  world.nextSync((given) => {
    context = given;
  });
  world.sync();
  return { context: context! };
}

const create = ({ context }: { context: Context }) => createEntity(context);

export const threads = [create, create, create];
export const check = (_: unknown, entities: number[]) => (new Set(entities).size === entities.length ? '' : `the same entity was created twice: ${entities}`);
