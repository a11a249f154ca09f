// Files out of the system's page cache, so that what is read next comes from the disk.

import { execFile } from 'node:child_process';

/** Resolves false where it can't be done (no GNU dd); pages that a process has mapped stay. */
export async function dropFromPageCache(files: readonly string[]): Promise<boolean> {
  const dropped = await Promise.all(files.map(drop));
  return dropped.every((done) => done);
}

/** `count=0` reads nothing: the whole file is advised out. */
const drop = (file: string): Promise<boolean> =>
  new Promise((resolve) =>
    execFile('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { env: {} }, (error) => resolve(error === null)),
  );
