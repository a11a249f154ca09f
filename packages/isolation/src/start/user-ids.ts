// Gives each process a user id of its own, so that processes cannot read each other's memory or files.

import { createServer, type Server } from 'node:net';
import type { ProcessUser } from './wrappers.js';

export interface UserIds extends Disposable {
  /** Returns a user that no process of this service has, unless all are taken. All have the same group. */
  take(): ProcessUser;
  release(user: ProcessUser): void;
}

/** Ids are claimed in blocks, of which each service on this host has one. */
const [blocks, blockSize] = [8, 64];

/** Claims a block of the ids from `first` on. A ninth service on a host shares the first block. */
export async function claimUserIds(first: number): Promise<UserIds> {
  for (let block = 0; block < blocks; block++) {
    const claim = await listen(`\0pareto-user-${first + block * blockSize}`);
    if (claim !== undefined) return createUserIds(first, first + block * blockSize, claim);
  }
  return createUserIds(first, first);
}

/** Claims a name among all processes of this host until this process ends. Undefined if another process has it. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).unref();
    server.once('error', () => resolve(undefined)).listen({ path }, () => resolve(server));
  });
}

function createUserIds(gid: number, first: number, claim?: Server): UserIds {
  const taken = new Set<number>();
  let next = 0;
  const idAfter = (offset: number): number => first + ((next + offset) % blockSize);
  return {
    take() {
      let offset = 0;
      while (offset < blockSize && taken.has(idAfter(offset))) offset++;
      const uid = idAfter(offset);
      next += offset + 1;
      taken.add(uid);
      return { uid, gid };
    },
    release: ({ uid }) => void taken.delete(uid),
    [Symbol.dispose]: () => void claim?.close(),
  };
}
