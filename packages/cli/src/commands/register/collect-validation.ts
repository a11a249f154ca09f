// Prepares a validation set for upload as one file, packing separate NPY files into one NPZ file if necessary.

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ParetoError } from '@pareto/core';
import { defaultNpzLimits } from '@pareto/models';
import { ZipFile } from 'yazl';

export interface CollectedValidation extends AsyncDisposable {
  /** Path of the file, which may be deleted on disposal. */
  readonly path: string;
}

interface ArrayFile {
  readonly name: string;
  readonly path: string;
}

/**
 * Collects a validation set from one file (NPZ, CSV or JSON lines), or from a comma-separated list of `.npy` files. An array's name is
 * that of its file, or `name` in `name=file.npy`. Equal files give equal bytes. Throws `invalid-argument` for missing
 * files or ambiguous names.
 */
export async function collectValidation(given: string): Promise<CollectedValidation> {
  if ((await sizeOf(given)) !== undefined && !given.endsWith('.npy')) return withoutCleanUp(given);
  if (!/,|\.npy$/.test(given)) throw validationError(`there is no validation set at ${given}`);
  const files = parseFiles(given);
  await checkSizes(files);
  const folder = await mkdtemp(join(tmpdir(), 'pareto-validation-'));
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'validation.npz');
    await pack(files, path);
    return { path, [Symbol.asyncDispose]: discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

const withoutCleanUp = (path: string): CollectedValidation => ({ path, [Symbol.asyncDispose]: async () => undefined });

const validationError = (why: string): ParetoError => new ParetoError('invalid-argument', why);

const expectedForm =
  'expected samples.npz, samples.csv, samples.jsonl, or an .npy file for each input and for label: image.npy,label.npy';

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );

/** Parses a list of `.npy` files. Sorts them by name, so that their order does not change the packed bytes. */
function parseFiles(given: string): readonly ArrayFile[] {
  const files = given.split(',').map((part) => {
    const [, name, path] = /^(?:([^=]+)=)?(.+\.npy)$/.exec(part) ?? [];
    if (path === undefined) throw validationError(`${part} is not an .npy file: ${expectedForm}`);
    return { name: name ?? basename(path, '.npy'), path };
  });
  const names = files.map(({ name }) => name);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined)
    throw validationError(`the validation set has two arrays ${duplicate}: write name=file.npy to distinguish them`);
  if (!names.includes('label') || names.length === 1) {
    const missing = names.includes('label') ? 'no input' : 'no labels';
    throw validationError(
      `the validation set has ${missing}, only ${names.join(' and ')}: ${expectedForm}, or name=file.npy`,
    );
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function checkSizes(files: readonly ArrayFile[]): Promise<void> {
  let total = 0;
  for (const { path } of files) {
    const size = await sizeOf(path);
    if (size === undefined) throw validationError(`there is no file ${path} for the validation set`);
    total += size;
  }
  const { maxBytes } = defaultNpzLimits;
  if (total > maxBytes)
    throw validationError(`the arrays have ${total} bytes in total, the limit is ${maxBytes} bytes`);
}

/** Packs the files reproducibly: uncompressed, since compressors differ by version, and with a fixed local time. */
async function pack(files: readonly ArrayFile[], target: string): Promise<void> {
  const zip = new ZipFile();
  const output = zip.outputStream;
  zip.on('error', (error) => output.emit('error', error));
  const options = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644, compress: false };
  for (const { name, path } of files) zip.addFile(path, `${name}.npy`, options);
  zip.end();
  await pipeline(output, createWriteStream(target));
}
