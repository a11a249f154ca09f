// The ONNX Runtime sessions of an executor process, by number, and the handlers of requests.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '@pareto/core';
import { InferenceSession, listSupportedBackends, type Tensor } from 'onnxruntime-node';
import { readProcessMemory } from '../processes/process-memory.js';
import type {
  LoadHeader,
  ProfileHeader,
  Reply,
  Request,
  RunHeader,
  SessionRequest,
  TensorHeader,
  TensorInfo,
} from '../protocol/protocol.js';
import { datatypeOf, fromTensor, toTensor } from './tensors.js';

interface RequestResult {
  readonly reply: Reply;
  readonly tensors: readonly Slices[];
}

type Slices = readonly Uint8Array[];
/** Each input in one piece. */
type Inputs = readonly (readonly Buffer[])[];

export interface Sessions {
  /** Executes a request. Rejects with the error of ONNX Runtime. */
  handle(request: Request, data: Inputs): Promise<RequestResult>;
}

export function createSessions(): Sessions {
  const sessions = new Map<number, InferenceSession>();

  async function load(request: LoadHeader): Promise<RequestResult> {
    const before = privateBytes();
    const started = systemClock.now();
    const session = await createSession(request);
    const loadMs = systemClock.now() - started;
    const grownBytes = Math.max(0, privateBytes() - before);
    // Stored before the metadata is read, so that the session is released even if the model is not supported.
    sessions.set(request.session, session);
    const inputs = session.inputMetadata.map(describe);
    const outputs = session.outputMetadata.map(describe);
    const reply = { kind: 'loaded', loadMs, grownBytes, providerUsed: request.provider, inputs, outputs } as const;
    return { reply, tensors: [] };
  }

  async function release(id: number): Promise<RequestResult> {
    await sessions.get(id)?.release();
    sessions.delete(id);
    return { reply: { kind: 'released' }, tensors: [] };
  }

  function handle(request: Request, data: Inputs): Promise<RequestResult> {
    if (request.kind === 'load') return load(request);
    if (request.kind === 'release') return release(request.session);
    if (request.kind === 'profile') return profile(request, data);
    const session = sessions.get(request.session);
    if (session === undefined) return Promise.reject(new Error('the session has no loaded model'));
    return run(session, request, data);
  }
  return { handle };
}

async function createSession(
  request: SessionRequest,
  more: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  const { modelPath, provider, threads, optimisedPath } = request;
  const known = listSupportedBackends().map(({ name }) => name);
  if (!known.includes(provider))
    throw new Error(`execution provider ${provider} is not available; expected one of ${known.join(', ')}`);
  return InferenceSession.create(modelPath, {
    executionProviders: [providerConfig(provider)],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // A saved graph must run on any machine: `all` would save memory layouts that suit only this one.
    graphOptimizationLevel: optimisedPath === undefined ? 'all' : 'extended',
    logSeverityLevel: 3,
    ...(optimisedPath !== undefined && { optimizedModelFilePath: optimisedPath }),
    extra: { session: sessionEntries(request) },
    ...more,
  });
}

function sessionEntries({ option, optimisedWeights }: SessionRequest): Readonly<Record<string, string>> {
  return {
    ...(option === 'no-prepacking' && { disable_prepacking: '1' }),
    ...(optimisedWeights !== undefined && { optimized_model_external_initializers_file_name: optimisedWeights }),
  };
}

/**
 * Returns the provider's options. With its default layout, WebGPU's convolutions of some channel counts are wrong
 * (onnxruntime issue 29651).
 */
const providerConfig = (provider: string): InferenceSession.ExecutionProviderConfig =>
  provider === 'webgpu' ? { name: provider, preferredLayout: 'NCHW' } : provider;

async function run(session: InferenceSession, { tensors, outputs }: RunHeader, data: Inputs): Promise<RequestResult> {
  const names = outputs.length === 0 ? session.outputNames : outputs;
  const feeds = feedsOf(tensors, data);
  const started = systemClock.now();
  const fetched = await session.run(feeds, names);
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
  return { reply: { kind: 'result', computeMs, tensors: headers }, tensors: results.map(({ raw }) => [raw]) };
}

/** Runs a model once in a separate session, because profiling slows down every run of a session. */
async function profile(request: ProfileHeader, data: Inputs): Promise<RequestResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pareto-profile-'));
  try {
    const options = { enableProfiling: true, profileFilePrefix: path.join(folder, 'session') };
    await runOnce(await createSession(request, options), feedsOf(request.tensors, data));
    const [file] = readdirSync(folder);
    if (file === undefined) throw new Error('ONNX Runtime wrote no profile of the session');
    const profile = readFileSync(path.join(folder, file), 'utf8');
    return { reply: { kind: 'profiled', profile }, tensors: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runOnce(session: InferenceSession, feeds: Record<string, Tensor>): Promise<void> {
  try {
    await session.run(feeds);
    session.endProfiling();
  } finally {
    await session.release();
  }
}

const feedsOf = (tensors: readonly TensorHeader[], data: Inputs): Record<string, Tensor> =>
  Object.fromEntries(
    tensors.map(({ name, datatype, shape }, index) => [
      name,
      toTensor(name, datatype, shape, data[index]?.[0] ?? Buffer.alloc(0)),
    ]),
  );

const describe = (metadata: InferenceSession.ValueMetadata): TensorInfo => {
  if (!metadata.isTensor) throw new Error(`${metadata.name} is not a tensor; only tensors are supported`);
  const shape = metadata.shape.map((dim) => (typeof dim === 'number' ? dim : -1));
  return { name: metadata.name, datatype: datatypeOf(metadata.name, metadata.type), shape };
};

const privateBytes = (): number => readProcessMemory(process.pid)?.privateBytes ?? 0;
