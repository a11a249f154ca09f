// A validation set as the controllers take it: one NPZ file, which NumPy's single arrays are packed into.

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ParetoError } from '@pareto/core';
import { defaultNpzLimits } from '@pareto/models';
import { ZipFile } from 'yazl';

export interface CollectedValidation extends AsyncDisposable {
  /** Of the NPZ file, which is there until this is disposed of. */
  readonly path: string;
}

interface ArrayFile {
  readonly name: string;
  readonly path: string;
}

/**
 * `given` is an `.npz` file, or the `.npy` files of a set, separated by commas. These are called after their files, or as
 * `name=file.npy` says. The same files always make the same bytes. Throws `invalid-argument` for what is missing or unclear.
 */
export async function collectValidation(given: string): Promise<CollectedValidation> {
  if ((await sizeOf(given)) !== undefined && !given.endsWith('.npy')) return withoutCleanUp(given);
  if (given.endsWith('.npz')) throw validationError(`there is no validation set at ${given}`);
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

const form = 'expected samples.npz, or an .npy file for each input and for label: image.npy,label.npy';

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );

/** By name, so that their order makes no difference. */
function parseFiles(given: string): readonly ArrayFile[] {
  const files = given.split(',').map((part) => {
    const [, name, path] = /^(?:([^=]+)=)?(.+\.npy)$/.exec(part) ?? [];
    if (path === undefined) throw validationError(`${part} is neither an .npz nor an .npy file: ${form}`);
    return { name: name ?? basename(path, '.npy'), path };
  });
  const names = files.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw validationError(`the validation set has two arrays ${twice}: write name=file.npy to tell them apart`);
  if (!names.includes('label') || names.length === 1) {
    const missing = names.includes('label') ? 'no input' : 'no labels';
    throw validationError(`the validation set has ${missing}, only ${names.join(' and ')}: ${form}, or name=file.npy`);
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
  if (total > maxBytes) throw validationError(`the arrays are ${total} bytes together, at most ${maxBytes} are taken`);
}

/** Not compressed: what a compressor makes differs by its version. ZIP writes local time: this is the same in every zone. */
async function pack(files: readonly ArrayFile[], target: string): Promise<void> {
  const zip = new ZipFile();
  const output = zip.outputStream;
  zip.on('error', (error) => output.emit('error', error));
  const options = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644, compress: false };
  for (const { name, path } of files) zip.addFile(path, `${name}.npy`, options);
  zip.end();
  await pipeline(output, createWriteStream(target));
}
