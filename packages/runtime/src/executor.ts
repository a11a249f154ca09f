// A loaded model: an executor process with the batches in flight in it, held within its time and memory.

import { errorText, milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { ExecutorDeath, ExecutorProcess } from './executor-process.js';
import { createFlights } from './flights.js';
import { limitData, readProcessMemory, watchMemory, type ProcessMemory } from './process-memory.js';
import type { FromExecutor, LoadedHeader, ResultHeader, TensorHeader, TensorInfo } from './protocol.js';
import type { RunOutcome, RunRequest, TensorInput } from './run.js';

export interface LoadRequest {
  readonly modelPath: string;
  readonly provider: string;
  readonly threads: number;
  /** Over what an empty executor holds. */
  readonly memoryLimitBytes: number;
}

export interface Executor extends AsyncDisposable {
  readonly pid: number;
  readonly loadMs: Milliseconds;
  readonly providerUsed: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Never rejects. */
  readonly died: Promise<ExecutorDeath>;
  /** Never rejects. Batches run one by one in the order of the calls; a second may wait in the process while the first runs. */
  run(request: RunRequest): Promise<RunOutcome>;
  memory(): Promise<ProcessMemory | undefined>;
  kill(death: ExecutorDeath): void;
}

const loadHungAfter = milliseconds(300_000);

const outOfMemory = (limitBytes: number): ExecutorDeath => ({
  kind: 'out-of-memory',
  reason: `out of memory: the model came to hold more than its limit of ${Math.ceil(limitBytes / 2 ** 20)} MiB`,
});

/** Loads a model into an empty process. Throws `invalid-argument` when the runtime refuses it, `resource-exhausted` or `internal` when the process died of it. */
export async function loadExecutor(
  process: ExecutorProcess,
  request: LoadRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Executor> {
  await limitData(process.pid, request.memoryLimitBytes);
  const memoryWatch = watchMemory(process.pid, request.memoryLimitBytes, clock, () =>
    process.kill(outOfMemory(request.memoryLimitBytes)),
  );
  void process.died.then(() => memoryWatch[Symbol.dispose]());
  const loaded = await load(process, request, clock, signal);
  return superviseRuns(process, loaded, clock);
}

async function load(
  process: ExecutorProcess,
  request: LoadRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<LoadedHeader> {
  const { modelPath, provider, threads } = request;
  const reply = new Promise<FromExecutor>((resolve) => process.onMessage(resolve));
  const abort = (): void => process.kill({ kind: 'ended', reason: 'the load was called off' });
  using _hung = clock.after(loadHungAfter, () =>
    process.kill({ kind: 'hung', reason: `hung: the load took more than ${loadHungAfter} ms` }),
  );
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  process.send({ kind: 'load', modelPath, provider, threads });
  const message = await Promise.race([reply, process.died]);
  signal?.removeEventListener('abort', abort);
  if (message.kind === 'loaded') return message;
  if (message.kind === 'failed') {
    process.kill({ kind: 'ended', reason: 'the model could not be loaded' });
    throw new ParetoError('invalid-argument', `the model can't be loaded: ${message.message}`);
  }
  const reason = 'reason' in message ? message.reason : `unexpected ${message.kind}`;
  throw new ParetoError(
    message.kind === 'out-of-memory' ? 'resource-exhausted' : 'internal',
    `loading failed: ${reason}`,
  );
}

function superviseRuns(process: ExecutorProcess, loaded: LoadedHeader, clock: Clock): Executor {
  const flights = createFlights((death) => process.kill(death), clock);
  let nextId = 1;
  let death: ExecutorDeath | undefined;

  process.onMessage((message, tensors) => {
    if (message.kind === 'result') flights.land(message.id, () => doneOutcome(message, tensors));
    if (message.kind === 'failed') flights.land(message.id ?? 0, () => message);
  });
  void process.died.then((ended) => {
    death = ended;
    flights.lose(ended);
  });

  async function run({ inputs, outputs, expectedMs }: RunRequest): Promise<RunOutcome> {
    if (death !== undefined) return { kind: 'died', death, running: false };
    const id = nextId++;
    const data = inputs.map((input) => input.data);
    try {
      process.send({ kind: 'run', id, tensors: inputs.map(tensorHeader), outputs }, data);
    } catch (error) {
      return { kind: 'failed', message: errorText(error) };
    }
    return new Promise((resolve) => flights.take(id, expectedMs, resolve));
  }

  const { providerUsed, inputs, outputs } = loaded;
  return {
    pid: process.pid,
    loadMs: milliseconds(loaded.loadMs),
    providerUsed,
    inputs,
    outputs,
    died: process.died,
    run,
    memory: () => readProcessMemory(process.pid),
    kill: (as) => process.kill(as),
    [Symbol.asyncDispose]: async () => {
      process.kill({ kind: 'ended', reason: 'unloaded' });
      await process.died;
    },
  };
}

const tensorHeader = ({ name, datatype, shape, data }: TensorInput): TensorHeader => ({
  name,
  datatype,
  shape,
  byteLength: data.reduce((total, slice) => total + slice.length, 0),
});

function doneOutcome(result: ResultHeader, tensors: readonly Buffer[]): RunOutcome {
  const outputs = result.tensors.map(({ name, datatype, shape }, index) => ({
    name,
    datatype,
    shape,
    data: tensors[index] ?? Buffer.alloc(0),
  }));
  return { kind: 'done', outputs, computeMs: milliseconds(result.computeMs) };
}
