// An executor process: holds one ONNX Runtime session and runs the batches that come on file descriptor 3, one by one.

import { Socket } from 'node:net';
import { errorText, systemClock } from '@pareto/core';
import { env, InferenceSession, listSupportedBackends, type Tensor } from 'onnxruntime-node';
import { createFrameReader, encodeFrame } from './frame.js';
import {
  outOfMemoryExit,
  type FromExecutor,
  type LoadHeader,
  type RunHeader,
  type TensorInfo,
  type ToExecutor,
} from './protocol.js';
import { datatypeOf, fromTensor, toTensor } from './tensors.js';

const socket = new Socket({ fd: 3, readable: true, writable: true });
let session: InferenceSession | undefined;

function send(message: FromExecutor, tensors: readonly Uint8Array[] = []): void {
  socket.cork();
  for (const chunk of encodeFrame(
    message,
    tensors.map((tensor) => [tensor]),
  ))
    socket.write(chunk);
  socket.uncork();
}

const describe = (metadata: InferenceSession.ValueMetadata): TensorInfo => {
  if (!metadata.isTensor) throw new Error(`${metadata.name} is not a tensor, and only tensors can be served`);
  const shape = metadata.shape.map((dim) => (typeof dim === 'number' ? dim : -1));
  return { name: metadata.name, datatype: datatypeOf(metadata.name, metadata.type), shape };
};

async function load({ modelPath, provider, threads }: LoadHeader): Promise<void> {
  const known = listSupportedBackends().map(({ name }) => name);
  if (!known.includes(provider))
    throw new Error(`execution provider ${provider} is not here: expected one of ${known.join(', ')}`);
  const started = systemClock.now();
  session = await InferenceSession.create(modelPath, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  const loadMs = systemClock.now() - started;
  const inputs = session.inputMetadata.map(describe);
  const outputs = session.outputMetadata.map(describe);
  send({ kind: 'loaded', loadMs, providerUsed: provider, inputs, outputs });
}

async function run(
  loaded: InferenceSession,
  { id, tensors, outputs }: RunHeader,
  data: readonly Buffer[],
): Promise<void> {
  const feeds: Record<string, Tensor> = {};
  tensors.forEach(({ name, datatype, shape }, index) => {
    feeds[name] = toTensor(name, datatype, shape, data[index] ?? Buffer.alloc(0));
  });
  const names = outputs.length === 0 ? loaded.outputNames : outputs;
  const started = systemClock.now();
  const fetched = await loaded.run(feeds, names);
  const computeMs = systemClock.now() - started;
  const results = names.flatMap((name) => {
    const tensor = fetched[name];
    return tensor === undefined ? [] : [{ name, tensor, raw: fromTensor(tensor) }];
  });
  const headers = results.map(({ name, tensor, raw }) => ({
    name,
    datatype: datatypeOf(name, tensor.type),
    shape: tensor.dims,
    byteLength: raw.byteLength,
  }));
  send(
    { kind: 'result', id, computeMs, tensors: headers },
    results.map(({ raw }) => raw),
  );
}

const outOfMemory = /bad_alloc|failed to allocate|allocation failed|out of memory|cannot allocate/i;

async function handle(message: ToExecutor, data: readonly Buffer[]): Promise<void> {
  try {
    if (message.kind === 'load') return await load(message);
    if (session === undefined) throw new Error('no model is loaded');
    await run(session, message, data);
  } catch (error) {
    const text = errorText(error);
    if (outOfMemory.test(text)) process.exit(outOfMemoryExit);
    send({ kind: 'failed', id: message.kind === 'run' ? message.id : undefined, message: text });
  }
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
