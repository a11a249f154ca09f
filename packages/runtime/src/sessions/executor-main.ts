// Entry point of an executor process: executes the requests on file descriptor 3 one by one, with ONNX Runtime sessions.
// The kernel writes large inputs into the memory of their tensors.

import { existsSync, realpathSync } from 'node:fs';
import { Socket, type ConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { errorText } from '@pareto/core';
import { env, listSupportedBackends } from 'onnxruntime-node';
import { createBufferPool } from '../protocol/buffer-pool.js';
import type { Message } from '../protocol/message.js';
import { createMessageFiller } from '../protocol/message-filler.js';
import { createMessageWriter } from '../protocol/message-writer.js';
import { outOfMemoryExit, type Request } from '../protocol/protocol.js';
import { publicMessage } from '../protocol/public-message.js';
import { createSessions } from './sessions.js';

/** Size of a read between two bodies: most requests arrive in one, and the first part of a large one is copied. */
const stagingBytes = 16 * 1024;

const pool = createBufferPool();
const filler = createMessageFiller(pool, enqueue);
const staging = Buffer.allocUnsafeSlow(stagingBytes);
const onread: ConnectOpts['onread'] = {
  buffer: () => filler.missing ?? staging,
  callback(bytes, into) {
    if (into === staging) filler.read(staging.subarray(0, bytes));
    else filler.filled(bytes);
    return true;
  },
};
const options = { fd: 3, readable: true, writable: true, onread };
const socket = new Socket(options);
const writer = createMessageWriter(socket);
const sessions = createSessions();
/** Requests that have not ended, the one that is executed first. */
const requests: { readonly message: Message<Request>; readonly body: Buffer }[] = [];

const outOfMemory = /bad_alloc|failed to allocate|allocation failed|out of memory|cannot allocate/i;

async function handle({ id, header: request, tensors: inputs }: Message<Request>, body: Buffer): Promise<void> {
  try {
    const { reply, tensors } = await sessions.handle(request, inputs);
    writer.write(id, reply, tensors);
  } catch (error) {
    const text = errorText(error).trim();
    if (outOfMemory.test(text)) process.exit(outOfMemoryExit);
    writer.write(id, { kind: 'failed', message: publicMessage(text, foldersOf(request)) });
  } finally {
    pool.give(body);
  }
}

function enqueue(message: Message<Request>, body: Buffer): void {
  if (requests.push({ message, body }) === 1) void handleAll();
}

async function handleAll(): Promise<void> {
  for (let next = requests[0]; next !== undefined; next = requests[0]) {
    await handle(next.message, next.body);
    requests.shift();
  }
}

/** Returns the folders of the files in a request, also under their real paths, which ONNX Runtime reports for some. */
function foldersOf(request: Request): readonly string[] {
  if (!('modelPath' in request)) return [];
  const output = request.kind === 'load' ? request.optimisedPath : undefined;
  const folders = [dirname(request.modelPath), output === undefined ? tmpdir() : dirname(output)];
  return folders.flatMap((folder) => (existsSync(folder) ? [folder, realpathSync(folder)] : [folder]));
}

socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
writer.write(0, {
  kind: 'hello',
  runtimeVersion: env.versions.node ?? env.versions.common,
  providers: listSupportedBackends().map(({ name }) => name),
});
