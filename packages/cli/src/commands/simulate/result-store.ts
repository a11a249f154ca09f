// Results of finished runs, in a folder next to the report. A run that continues reads those of the same scenario and version.

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import type { SimulationResult } from '@pareto/simulator';

export interface RunId {
  readonly policy: string;
  readonly seed: number;
}

export interface ResultStore {
  readonly folder: string;
  /** Returns the result of a finished run. Undefined if it is missing or damaged. */
  read(run: RunId): Promise<SimulationResult | undefined>;
  write(result: SimulationResult): Promise<void>;
  /** Removes the results of all scenarios and versions. */
  clear(): Promise<void>;
}

const keyLength = 16;

/**
 * Returns the store of a report. `identity` is all that results follow from: those of another identity are in another folder. No
 * file is written before the first result.
 */
export function createResultStore(report: string, identity: readonly string[]): ResultStore {
  const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, keyLength);
  const all = `${report}.runs`;
  const folder = join(all, key);
  const fileOf = ({ policy, seed }: RunId): string => join(folder, `${encodeURIComponent(policy)}-${seed}.json`);
  return {
    folder,
    read: (run) => readResult(fileOf(run), run),
    async write(result) {
      await mkdir(folder, { recursive: true }).catch((error: unknown) => unwritable(folder, error));
      await writeWhole(fileOf(result), JSON.stringify(result));
    },
    async clear() {
      const names = await readdir(all).catch(() => []);
      const own = names.filter((name) => /^[0-9a-f]+$/.test(name) && name.length === keyLength);
      for (const name of own) await rm(join(all, name), { recursive: true, force: true });
    },
  };
}

async function readResult(file: string, { policy, seed }: RunId): Promise<SimulationResult | undefined> {
  try {
    const result = JSON.parse(await readFile(file, 'utf8')) as SimulationResult;
    return result.policy === policy && result.seed === seed ? result : undefined;
  } catch {
    // A missing or damaged result is computed again.
    return undefined;
  }
}

/** Throws `invalid-argument` unless a report can be written to the path, before a simulation that takes long. */
export async function checkReportPath(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined && !stats.isFile()) {
    throw new ParetoError('invalid-argument', `can't write ${path}: it is not a regular file; pass the path of a file`);
  }
  const probe = join(dirname(path), `.${randomUUID()}.tmp`);
  await writeFile(probe, '').catch((error: unknown) => unwritable(path, error));
  await rm(probe, { force: true });
}

/** Writes a file so that it has all of its content or does not exist, whenever the process ends. */
export async function writeWhole(file: string, content: string | Iterable<string>): Promise<void> {
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`);
  try {
    await writeAndSync(await open(temporary, 'wx'), content);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    unwritable(file, error);
  }
}

async function writeAndSync(handle: FileHandle, content: string | Iterable<string>): Promise<void> {
  try {
    await writeFile(handle, content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unwritable(path: string, error: unknown): never {
  throw new ParetoError('invalid-argument', `can't write ${path}: ${errorText(error)}`, { cause: error });
}
