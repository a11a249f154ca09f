// One process per store directory. The lock is a listening socket: the kernel ends it with the process, so there is
// nothing stale to clean up after a kill. On Linux its name is abstract; elsewhere it is a file that is taken over when
// nobody answers.

import { statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';

/** Throws `failed-precondition` while another process (or another opener in this one) holds the directory. */
export async function lockDirectory(path: string): Promise<AsyncDisposable> {
  const { dev, ino } = statSync(path);
  const name = `pareto-store-${dev}-${ino}`;
  const address = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const server = (await listen(address)) ?? (await takeOver(address));
  if (server === undefined) {
    throw new ParetoError(
      'failed-precondition',
      `the store at ${path} is open in another process: stop that one, or name another data directory`,
    );
  }
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Undefined: somebody has it. */
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
  if (address.startsWith('\0') || (await answers(address))) return undefined;
  unlinkSync(address);
  return listen(address);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
