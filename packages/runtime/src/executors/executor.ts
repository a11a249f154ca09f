// A loaded model: a session in an executor process, with time limits for its calls.

import path from 'node:path';
import { milliseconds, ParetoError, type Milliseconds } from '@pareto/core';
import type { HostedSession } from '../processes/hosted-session.js';
import { loadHungAfter, runHungAfter, sharedLoadHungAfter } from '../processes/pending-calls.js';
import type { ExecutorDeath } from '../processes/executor-process.js';
import { observeNodesByProvider, type NodesByProvider } from './nodes-by-provider.js';
import type { ProcessMemory } from '../processes/process-memory.js';
import type { LoadedHeader, ResultHeader, SessionRequest, TensorInfo } from '../protocol/protocol.js';
import { tensorHeader, type RunOutcome, type RunRequest, type TensorInput } from './run.js';
import type { Sharing } from '../processes/shared-processes.js';
import { failureReasonOf, type CallOutcome } from '../processes/session-host.js';

export interface LoadRequest extends SessionRequest {
  /** Memory limit in addition to the memory of an empty executor. */
  readonly memoryLimitBytes: number;
  /** Set to run the executor at the lowest CPU priority. Only for the cpu provider, in a process of its own. */
  readonly nice?: boolean | undefined;
  /** Set to share a process with other small models. Only for the cpu provider. Default: a process of its own. */
  readonly sharing?: Sharing | undefined;
  /** Name of the model in errors, such as `the original`. Default: `the model`. */
  readonly modelName?: string | undefined;
}

export interface Executor extends AsyncDisposable {
  readonly pid: number;
  readonly loadMs: Milliseconds;
  /** Memory of the process before any load. */
  readonly baseMemoryBytes: number;
  readonly providerUsed: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Resolves with the reason when the executor has ended. Never rejects. */
  readonly died: Promise<ExecutorDeath>;
  /**
   * Runs a batch. Batches run one by one in the order of the calls; the next one may wait in the process meanwhile.
   * Never rejects.
   */
  run(request: RunRequest): Promise<RunOutcome>;
  /**
   * Returns the memory of the process or, if it is shared, the model's share, in proportion to the growth at each load.
   */
  memory(): ProcessMemory | undefined;
  /**
   * Returns how many of the graph's nodes run on each provider. Loads the model a second time and runs it once with
   * profiling, so that later runs are not slowed down; runs wait meanwhile. Throws `failed-precondition` if the run
   * fails.
   */
  nodesByProvider(inputs: readonly TensorInput[]): Promise<NodesByProvider>;
  /** Kills the process, with all models in it. */
  kill(death: ExecutorDeath): void;
}

/**
 * Loads a model. Throws `invalid-argument` if the runtime rejects it, `resource-exhausted` or `internal` if it killed
 * the process, `unavailable` if another model killed the process, and `cancelled` if the signal aborts.
 */
export async function loadExecutor(
  hosted: HostedSession,
  request: LoadRequest,
  signal?: AbortSignal,
): Promise<Executor> {
  const loaded = await load(hosted, request, signal);
  hosted.loaded(loaded.grownBytes);
  const { session, baseMemoryBytes } = hosted;
  return {
    pid: session.pid,
    loadMs: milliseconds(loaded.loadMs),
    baseMemoryBytes,
    providerUsed: loaded.providerUsed,
    inputs: loaded.inputs,
    outputs: loaded.outputs,
    died: session.died,
    run({ inputs, outputs, expectedMs }) {
      const request = { kind: 'run', session: session.id, tensors: inputs.map(tensorHeader), outputs } as const;
      const data = inputs.map((input) => input.data);
      return session.call({ request, data, what: 'a run', hungAfter: runHungAfter(expectedMs) }).then(runOutcome);
    },
    memory: () => hosted.memory(),
    nodesByProvider: (inputs) => observeNodesByProvider(session, request, inputs),
    kill: (death) => session.kill(death),
    [Symbol.asyncDispose]: () => hosted.close(),
  };
}

async function load(
  hosted: HostedSession,
  request: LoadRequest,
  signal: AbortSignal | undefined,
): Promise<LoadedHeader> {
  const { modelPath, provider, threads, option, optimisedPath, optimisedWeights } = request;
  const session = { modelPath, provider, threads, option, optimisedPath, optimisedWeights };
  if (optimisedPath !== undefined) await hosted.session.grantFolder(path.dirname(optimisedPath));
  const loading = hosted.session.call({
    request: { kind: 'load', session: hosted.session.id, ...session },
    what: 'the load',
    hungAfter: request.sharing === undefined ? loadHungAfter : sharedLoadHungAfter,
  });
  const outcome = await unlessAborted(loading, signal);
  if (outcome?.kind === 'replied' && outcome.reply.kind === 'loaded') return outcome.reply;
  const closed = hosted.close();
  if (outcome === undefined) throw new ParetoError('cancelled', `${loadingOf(request)} failed: the load was cancelled`);
  await closed;
  throw loadError(outcome, request);
}

/** Resolves as the promise does, or with undefined when the signal aborts. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return promise;
  const settled = new AbortController();
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: settled.signal });
  });
  return Promise.race([promise, aborted]).finally(() => settled.abort());
}

type Named = Pick<LoadRequest, 'modelName'>;

const loadingOf = ({ modelName }: Named): string => (modelName === undefined ? 'loading' : `loading ${modelName}`);

function loadError(outcome: CallOutcome, request: Named): ParetoError {
  if (outcome.kind === 'died') {
    const { kind, reason } = outcome.death;
    const code =
      kind === 'out-of-memory' ? 'resource-exhausted' : kind === 'by-other-model' ? 'unavailable' : 'internal';
    return new ParetoError(code, `${loadingOf(request)} failed: ${reason}`);
  }
  const { modelName = 'the model' } = request;
  return new ParetoError('invalid-argument', `${modelName} can't be loaded: ${failureReasonOf(outcome)}`);
}

function runOutcome(outcome: CallOutcome): RunOutcome {
  if (outcome.kind === 'died') return outcome;
  if (outcome.kind === 'replied' && outcome.reply.kind === 'result') return doneOutcome(outcome.reply, outcome.tensors);
  return { kind: 'failed', message: failureReasonOf(outcome) };
}

function doneOutcome(result: ResultHeader, tensors: readonly (readonly Buffer[])[]): RunOutcome {
  const outputs = result.tensors.map(({ name, datatype, shape }, index) => ({
    name,
    datatype,
    shape,
    data: joined(tensors[index] ?? []),
  }));
  return { kind: 'done', outputs, computeMs: milliseconds(result.computeMs) };
}

/** Returns the slices in one piece, copied only if there are several. */
const joined = (slices: readonly Buffer[]): Buffer =>
  (slices.length === 1 ? slices[0] : undefined) ?? Buffer.concat(slices);
