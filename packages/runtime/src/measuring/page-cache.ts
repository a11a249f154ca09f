// Drops files from the system's page cache, so that the next read comes from disk.

import { execFile } from 'node:child_process';

/**
 * Drops files from the page cache, except pages that a process has mapped. Resolves with false if GNU dd is missing.
 */
export async function dropFromPageCache(files: readonly string[]): Promise<boolean> {
  const dropped = await Promise.all(files.map(drop));
  return dropped.every((done) => done);
}

/** Drops one file. With `count=0`, `dd` reads nothing and drops the whole file. */
const drop = (file: string): Promise<boolean> =>
  new Promise((resolve) =>
    execFile('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { env: {} }, (error) => resolve(error === null)),
  );
