// Fetches a model, or an archive of models, over HTTP.

import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { checkRelativePath } from '@pareto/blobs';
import { errorText, ParetoError } from '@pareto/core';
import { inspectModel } from '../inspection/inspect.js';
import { displayUrl } from './model-source.js';
import type { TransferCount } from './transfer-limits.js';
import { writeCounted } from './write-counted.js';

export interface Fetching {
  /** An existing folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Counts all files of the source. */
  readonly count: TransferCount;
  /** Called after each chunk. `totalBytes` is undefined if the server does not send it. */
  readonly onProgress: (file: string, receivedBytes: number, totalBytes: number | undefined) => void;
}

/** Fetches a file, named after the last part of the URL, and the external data of a model. Returns the path. */
export async function fetchHttp(url: URL, fetching: Fetching): Promise<string> {
  const name = checkRelativePath(decodeURIComponent(basename(url.pathname)), 'the file');
  const path = await fetchFile(url, name, fetching);
  if (!name.endsWith('.onnx')) return path;
  const { externalFiles } = await inspectModel(path);
  for (const file of externalFiles) {
    const external = new URL(file.split('/').map(encodeURIComponent).join('/'), url);
    external.search = url.search;
    await fetchFile(external, file, fetching);
  }
  return path;
}

async function fetchFile(url: URL, name: string, { folder, signal, count, onProgress }: Fetching): Promise<string> {
  count.addFile();
  const { body, headers } = await request(url, signal);
  const length = Number(headers.get('content-length') ?? NaN);
  // With an encoding, the header is the compressed length.
  const total = Number.isNaN(length) || headers.has('content-encoding') ? undefined : length;
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const onReceived = (receivedBytes: number): void => onProgress(name, receivedBytes, total);
  let received: number;
  try {
    count.expectBytes(total ?? 0);
    received = await writeCounted(Readable.fromWeb(body), path, { signal, count, onReceived });
  } catch (error) {
    // Rejects if the stream was read, which has ended it already.
    await body.cancel().catch(() => undefined);
    throw lost(url, signal, error);
  }
  if (total === undefined || total === received) return path;
  throw new ParetoError('unavailable', `${displayUrl(url)} ended after ${received} of ${total} bytes: retry`);
}

async function request(url: URL, signal: AbortSignal): Promise<{ body: ReadableStream; headers: Headers }> {
  const { username, password } = url;
  const bare = new URL(url);
  [bare.username, bare.password] = ['', ''];
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers: Record<string, string> = username === '' ? {} : { authorization: `Basic ${basic}` };
  const reply = await fetch(bare, { signal, headers }).catch((error: unknown) => {
    throw lost(url, signal, error);
  });
  if (reply.ok && reply.body !== null) return { body: reply.body, headers: reply.headers };
  await reply.body?.cancel();
  const code = reply.status >= 500 || reply.status === 429 ? 'unavailable' : 'not-found';
  throw new ParetoError(
    code,
    `${displayUrl(url)} can't be fetched: the server returned ${reply.status} ${reply.statusText}`.trimEnd(),
  );
}

function lost(url: URL, signal: AbortSignal, error: unknown): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ParetoError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : errorText(cause);
  return new ParetoError('unavailable', `${displayUrl(url)} can't be fetched: ${code}`, { cause: error });
}
