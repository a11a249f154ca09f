// Reads NumPy's archives of arrays (`numpy.savez`, compressed or not): ZIP files of `.npy` files.

import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';
import { cutText, publicText, ParetoError } from '@pareto/core';
import { open, type Entry, type Options, type ZipFile } from 'yauzl';
import { parseNpy, type Tensor } from './npy.js';

export interface NpzLimits {
  /** Limit of the unpacked size of all arrays. An archive that declares more is rejected before it is unpacked. */
  readonly maxBytes: number;
  readonly maxArrays: number;
}

export const defaultNpzLimits: NpzLimits = { maxBytes: 2 ** 30, maxArrays: 1024 };

/** Most bytes that one byte of a deflated entry can stand for. */
const maxInflation = 1032;

/** Returns the arrays by name. Throws `invalid-argument` if the file is malformed or exceeds a limit. */
export async function readNpz(
  file: string,
  limits: NpzLimits = defaultNpzLimits,
): Promise<ReadonlyMap<string, Tensor>> {
  const zip = await openZip(file);
  try {
    const entries = checkEntries(await listEntries(zip, limits), limits);
    const arrays = new Map<string, Tensor>();
    for (const entry of entries) arrays.set(nameOf(entry), parseNpy(nameOf(entry), await unpack(zip, entry)));
    return arrays;
  } finally {
    zip.close();
  }
}

const nameOf = ({ fileName }: Entry): string => fileName.replace(/\.npy$/, '');

const invalid = (why: string, cause?: unknown): ParetoError =>
  new ParetoError('invalid-argument', `the NPZ file can't be read: ${why}`, { cause });

async function openZip(file: string): Promise<ZipFile> {
  const openFile = promisify<string, Options, ZipFile>(open);
  try {
    // yauzl checks sizes while it unpacks: an entry that is larger than declared is an error.
    return await openFile(file, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
  } catch (error) {
    throw invalid(publicText(error), error);
  }
}

/** Lists the entries. yauzl rejects names that are absolute or that leave the archive's folder. */
function listEntries(zip: ZipFile, { maxArrays }: NpzLimits): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      if (entries.push(entry) <= maxArrays) return zip.readEntry();
      reject(invalid(`it has ${zip.entryCount} arrays, the limit is ${maxArrays}`));
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', (error: unknown) => reject(invalid(publicText(error), error)));
    zip.readEntry();
  });
}

function checkEntries(entries: readonly Entry[], { maxBytes }: NpzLimits): readonly Entry[] {
  const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  if (entries.length === 0) throw invalid('it has no array');
  if (total > maxBytes) throw invalid(`it unpacks to ${total} bytes, the limit is ${maxBytes}`);
  const inflated = entries.find((entry) => entry.uncompressedSize > maxInflation * entry.compressedSize);
  if (inflated !== undefined)
    throw invalid(`${cutName(inflated)} declares ${inflated.uncompressedSize} bytes, more than its content can hold`);
  if (new Set(entries.map(nameOf)).size < entries.length) throw invalid('it has two arrays with the same name');
  return entries;
}

const cutName = ({ fileName }: Entry): string => cutText(fileName, 100);

async function unpack(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const openStream = promisify<Entry, NodeJS.ReadableStream>((wanted, callback) =>
    zip.openReadStream(wanted, callback),
  );
  try {
    return await buffer(await openStream(entry));
  } catch (error) {
    throw invalid(`${cutName(entry)}: ${publicText(error)}`, error);
  }
}
