// Gives the inputs and outputs of a model other names before it is registered.

import { copyFile, link, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { renameTensors } from '@pareto/models';
import { collectModel } from './collect-model.js';

export interface RenamedModel extends AsyncDisposable {
  /** Path of the graph, which is deleted on disposal. */
  readonly path: string;
}

/**
 * Writes a copy of the model with the new names by the old ones, next to links to its external data. The same model and
 * names give the same files. Throws `invalid-argument` if the model can't be served, or as `renameTensors` does.
 */
export async function renameModel(path: string, names: Readonly<Record<string, string>>): Promise<RenamedModel> {
  const {
    files: [, ...data],
  } = await collectModel(path);
  const folder = await mkdtemp(join(tmpdir(), 'pareto-renamed-'));
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const renamed = join(folder, basename(path));
    await writeFile(renamed, renameTensors(await readFile(path), new Map(Object.entries(names))));
    for (const file of data) await linkFile(await realpath(file.path), join(folder, file.manifestPath));
    return { path: renamed, [Symbol.asyncDispose]: discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** Links a file, or copies it to another file system. */
async function linkFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch(() => copyFile(from, to));
}
