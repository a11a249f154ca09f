// Gives each process a user id of its own, so that processes cannot read each other's memory or files.

import type { ProcessUser } from './wrappers.js';

export interface UserIds {
  /** Returns a user that no process of this service has, unless all are taken. All have the same group. */
  take(): ProcessUser;
  release(user: ProcessUser): void;
}

const userIdCount = 256;

/** Creates the ids from `first` on, of which the group has the first one. `offset` is where to begin among them. */
export function createUserIds(first: number, offset: number): UserIds {
  const taken = new Set<number>();
  let next = offset;
  const idAfter = (steps: number): number => first + ((next + steps) % userIdCount);
  return {
    take() {
      let steps = 0;
      while (steps < userIdCount && taken.has(idAfter(steps))) steps++;
      const uid = idAfter(steps);
      next += steps + 1;
      taken.add(uid);
      return { uid, gid: first };
    },
    release: ({ uid }) => void taken.delete(uid),
  };
}
