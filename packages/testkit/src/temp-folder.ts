// A temporary folder that is deleted when it is disposed of.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
  /** Returns a path inside the folder. */
  file(name: string): string;
  /** Writes files by their paths inside the folder, and creates missing folders. */
  put(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
}

export async function createTempFolder(): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), 'pareto-test-'));
  return {
    path,
    file: (name) => join(path, name),
    async put(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), content);
      }
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
