// Entry point of an executor process: executes the requests on file descriptor 3 one by one, with ONNX Runtime
// sessions.

import { existsSync, realpathSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { errorText } from '@pareto/core';
import { env, listSupportedBackends } from 'onnxruntime-node';
import { createFrameReader, encodeFrame } from '../protocol/frame.js';
import { outOfMemoryExit, type FromExecutor, type Request, type ToExecutor } from '../protocol/protocol.js';
import { publicMessage } from '../protocol/public-message.js';
import { createSessions } from './sessions.js';

const socket = new Socket({ fd: 3, readable: true, writable: true });
const sessions = createSessions();

function send(message: FromExecutor, tensors: readonly Uint8Array[] = []): void {
  socket.cork();
  for (const chunk of encodeFrame(
    message,
    tensors.map((tensor) => [tensor]),
  ))
    socket.write(chunk);
  socket.uncork();
}

const outOfMemory = /bad_alloc|failed to allocate|allocation failed|out of memory|cannot allocate/i;

async function handle({ id, ...request }: ToExecutor, data: readonly Buffer[]): Promise<void> {
  try {
    const { reply, tensors } = await sessions.handle(request, data);
    send({ ...reply, id }, tensors);
  } catch (error) {
    const message = errorText(error).trim();
    if (outOfMemory.test(message)) process.exit(outOfMemoryExit);
    send({ kind: 'failed', id, message: publicMessage(message, foldersOf(request)) });
  }
}

/** Returns the folders of the files in a request, also under their real paths, which ONNX Runtime reports for some. */
function foldersOf(request: Request): readonly string[] {
  if (!('modelPath' in request)) return [];
  const output = request.kind === 'load' ? request.optimisedPath : undefined;
  const folders = [dirname(request.modelPath), output === undefined ? tmpdir() : dirname(output)];
  return folders.flatMap((folder) => (existsSync(folder) ? [folder, realpathSync(folder)] : [folder]));
}

let tail = Promise.resolve();
const enqueue = (message: unknown, data: readonly Buffer[]): void => {
  tail = tail.then(() => handle(message as ToExecutor, data));
};
socket.on('data', createFrameReader(enqueue));
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
send({
  kind: 'hello',
  runtimeVersion: env.versions.node ?? env.versions.common,
  providers: listSupportedBackends().map(({ name }) => name),
});
