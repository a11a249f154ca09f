// The lock of a store directory, which only one process may have open. It is a listening socket: the kernel closes it with the
// process, so a kill leaves no stale lock. On Linux its name is abstract. Elsewhere it is a file, which is taken over if no
// process accepts connections on it.

import { statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';

/** Locks a directory. Throws `failed-precondition` if it is locked, by another process or by this one. */
export async function lockDirectory(path: string): Promise<AsyncDisposable> {
  const { dev, ino } = statSync(path);
  const name = `pareto-store-${dev}-${ino}`;
  const address = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const server = (await listen(address)) ?? (await takeOver(address));
  if (server === undefined) {
    throw new ParetoError(
      'failed-precondition',
      `the store at ${path} is open in another process: stop that process, or pass another --data-dir`,
    );
  }
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Returns the listening server. Undefined if the address is in use. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server.unref()));
  });
}

async function takeOver(address: string): Promise<Server | undefined> {
  if (address.startsWith('\0') || (await accepts(address))) return undefined;
  unlinkSync(address);
  return listen(address);
}

function accepts(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
