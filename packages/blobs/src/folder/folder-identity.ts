// Notes in a blob folder that are written once, by the first process: the folder's id, and others by name.

import { randomUUID } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { makeFolder } from '../files/make-folder.js';
import { syncFolder, withDiskErrors } from '../files/partial-file.js';

export interface FolderIdentity {
  readonly id: string;
  /** Throws `unavailable` if the folder's id has changed: a lost mount leaves an empty folder behind. */
  check(): Promise<void>;
  /** Writes a note, unless the name has one already. Returns the stored note. */
  noteOnce(name: string, text: string): Promise<string>;
}

export async function openFolderIdentity(folder: string, clock: Clock): Promise<FolderIdentity> {
  const noteOnce = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    return withDiskErrors(path, async () => ((await writeOnce(path, text)) ? text : await readWritten(path, clock)));
  };
  await withDiskErrors(join(folder, 'place'), () => makeFolder(folder));
  const id = await noteOnce('place', randomUUID());
  return {
    id,
    noteOnce,
    async check() {
      const found = await readFile(join(folder, 'place'), 'utf8').catch(() => '');
      if (found.trim() === id) return;
      throw new ParetoError(
        'unavailable',
        `${folder} is not the blob folder that was opened (its file "place" is ${found === '' ? 'missing' : 'different'}): mount the original folder again`,
        { paths: [folder] },
      );
    },
  };
}

/** Writes a new file. Returns false if there is one already. */
async function writeOnce(path: string, text: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
    await syncFolder(dirname(path));
    return true;
  } finally {
    await file.close();
  }
}

const maxAttempts = 20;

/** Reads a note. Waits up to 2 s for its content, since its writer creates the file first. */
async function readWritten(path: string, clock: Clock): Promise<string> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const text = (await readFile(path, 'utf8')).trim();
    if (text !== '') return text;
    await clock.sleep(milliseconds(100));
  }
  throw new ParetoError('failed-precondition', `${path} is empty, expected an id: remove the file and start again`, {
    paths: [path],
  });
}
