// Reads NumPy's archives of arrays (`numpy.savez`, compressed or not): ZIP files of `.npy` files.

import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';
import { cutText, publicText, ParetoError } from '@pareto/core';
import { open, type Entry, type Options, type ZipFile } from 'yauzl';
import { maxNpyHeadBytes, npyBytes, parseNpy, type Tensor } from './npy.js';

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

/**
 * Returns the first `rows` rows of one array, and unpacks no more than these. Undefined if the archive has no such array. Throws
 * as `readNpz` does.
 */
export async function readNpzRows(file: string, name: string, rows: number): Promise<Tensor | undefined> {
  const zip = await openZip(file);
  try {
    const entries = checkEntries(await listEntries(zip, defaultNpzLimits), defaultNpzLimits);
    const entry = entries.find((each) => nameOf(each) === name);
    return entry === undefined ? undefined : parseNpy(name, await unpack(zip, entry, rows), rows);
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

async function unpack(zip: ZipFile, entry: Entry, rows: number = Infinity): Promise<Buffer> {
  const openStream = promisify<Entry, NodeJS.ReadableStream>((wanted, callback) =>
    zip.openReadStream(wanted, callback),
  );
  try {
    const stream = await openStream(entry);
    return await (rows === Infinity ? buffer(stream) : readStart(stream, nameOf(entry), rows));
  } catch (error) {
    throw error instanceof ParetoError ? error : invalid(`${cutName(entry)}: ${publicText(error)}`, error);
  }
}

/** Reads an array's file until the end of its first `rows` rows. */
async function readStart(stream: NodeJS.ReadableStream, name: string, rows: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let [received, needed] = [0, maxNpyHeadBytes];
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    received += part.byteLength;
    if (received >= needed) needed = npyBytes(name, Buffer.concat(parts), rows);
    if (received >= needed) break;
  }
  return Buffer.concat(parts);
}
