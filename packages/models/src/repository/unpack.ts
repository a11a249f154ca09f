// Unpacks an archive of models within limits. Paths that leave the folder are rejected.

import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { checkRelativePath } from '@pareto/blobs';
import { errorText, ParetoError } from '@pareto/core';
import { extract } from 'tar-stream';
import { createTransferCount, type TransferLimits } from './transfer-limits.js';
import { open, type Entry, type Options, type ZipFile } from 'yauzl';

/** Unpacks into an existing folder. Throws `invalid-argument` if the archive is malformed or exceeds a limit. */
export async function unpack(
  archive: string,
  folder: string,
  signal: AbortSignal,
  limits: TransferLimits,
): Promise<void> {
  const target = createTarget(folder, limits);
  try {
    if (/\.zip$/i.test(archive)) await unpackZip(archive, target, signal);
    else await unpackTar(archive, target, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new ParetoError('invalid-argument', `${basename(archive)} can't be unpacked: ${errorText(error)}`, {
      cause: error,
    });
  }
}

type Put = (path: string, content: AsyncIterable<Buffer>) => Promise<void>;

function createTarget(folder: string, limits: TransferLimits): Put {
  const count = createTransferCount('it', limits);
  return async (path, content) => {
    count.addFile();
    const at = join(folder, checkRelativePath(path.replace(/^(\.\/)+/, ''), 'a file of the archive'));
    await mkdir(dirname(at), { recursive: true });
    const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        count.addBytes(chunk.byteLength);
        yield chunk;
      }
    };
    await pipeline(content, counted, createWriteStream(at));
  };
}

async function unpackTar(archive: string, put: Put, signal: AbortSignal): Promise<void> {
  const isPlain = /\.tar$/i.test(archive);
  const entries = extract();
  const source = createReadStream(archive);
  const reading = isPlain
    ? pipeline(source, entries, { signal })
    : pipeline(source, createGunzip(), entries, { signal });
  const writing = (async () => {
    for await (const entry of entries) {
      const { type, name } = entry.header;
      if (type === 'symlink' || type === 'link') throw new Error(`${name} is a link: pack the files themselves`);
      if (type === 'file' || type === 'contiguous-file') await put(name, entry as AsyncIterable<Buffer>);
      else entry.resume();
    }
  })();
  const [read, written] = await Promise.allSettled([reading, writing]);
  // A failed read also ends the writing, and vice versa. The error from writing is more specific.
  for (const one of [written, read]) if (one.status === 'rejected') throw one.reason;
}

async function unpackZip(archive: string, put: Put, signal: AbortSignal): Promise<void> {
  const openFile = promisify<string, Options, ZipFile>(open);
  const zip = await openFile(archive, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
  try {
    const openEntry = promisify<Entry, Readable>((entry, done) => zip.openReadStream(entry, done));
    for await (const entry of entriesOf(zip)) {
      signal.throwIfAborted();
      const mode = (entry.externalFileAttributes >>> 16) & 0o170000;
      if (mode === 0o120000) throw new Error(`${entry.fileName} is a link: pack the files themselves`);
      if (!entry.fileName.endsWith('/')) await put(entry.fileName, await openEntry(entry));
    }
  } finally {
    zip.close();
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  const next = (): Promise<Entry | undefined> =>
    new Promise((resolve, reject) => {
      zip.removeAllListeners();
      zip.once('entry', resolve);
      zip.once('end', () => resolve(undefined));
      zip.once('error', reject);
      zip.readEntry();
    });
  for (let entry = await next(); entry !== undefined; entry = await next()) yield entry;
}
