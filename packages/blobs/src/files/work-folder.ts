// Folders for the files that a process writes.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './make-folder.js';

export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
}

/** Creates an empty folder, which is deleted with its contents on disposal. */
export async function openWorkFolder(parent: string): Promise<WorkFolder> {
  await makeFolder(parent);
  const path = await mkdtemp(join(parent, 'step-'));
  await chmod(path, 0o755); // Generators and readers run as other users.
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
