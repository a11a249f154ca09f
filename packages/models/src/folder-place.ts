// Which folder it is: a file with an id that is written once, by whoever opens the folder first.

import { randomUUID } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { makeFolder } from './make-folder.js';
import { withDiskErrors } from './partial-file.js';

export interface FolderPlace {
  readonly id: string;
  /** Throws `unavailable` when the folder is not what was opened: a mount that is gone leaves an empty one. */
  check(): Promise<void>;
}

export async function openFolderPlace(folder: string, clock: Clock): Promise<FolderPlace> {
  const path = join(folder, 'place');
  const id = await withDiskErrors(path, async () => {
    await makeFolder(folder);
    return (await writeOnce(path)) ?? (await readWritten(path, clock));
  });
  return {
    id,
    async check() {
      const found = await readFile(path, 'utf8').catch(() => '');
      if (found.trim() === id) return;
      throw new ParetoError(
        'unavailable',
        `${folder} is not the folder of blobs that it was (its file "place" is ${found === '' ? 'gone' : 'another'}): was it unmounted? Bring it back`,
      );
    },
  };
}

/** Undefined when somebody else has written it. */
async function writeOnce(path: string): Promise<string | undefined> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const id = randomUUID();
    await file.writeFile(`${id}\n`);
    await file.sync();
    return id;
  } finally {
    await file.close();
  }
}

const attempts = 20;

/** It may be there before what is in it. */
async function readWritten(path: string, clock: Clock): Promise<string> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const id = (await readFile(path, 'utf8')).trim();
    if (id !== '') return id;
    await clock.sleep(milliseconds(100));
  }
  throw new ParetoError('failed-precondition', `${path} is empty, expected the folder's id: remove it and start again`);
}
