// A loaded model: an executor process with the batches in flight in it, held within its time and memory.

import { milliseconds, ParetoError, type Clock, type DataType, type Milliseconds } from '@pareto/core';
import type { ExecutorDeath, ExecutorProcess } from './executor-process.js';
import { limitData, readProcessMemory, watchMemory, type ProcessMemory } from './process-memory.js';
import type { FromExecutor, LoadedHeader, ResultHeader, TensorHeader, TensorInfo } from './protocol.js';

export interface TensorInput {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  /** Raw, little-endian; the slices follow each other and are written as they are. */
  readonly data: readonly Uint8Array[];
}

export interface TensorOutput {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly data: Buffer;
}

export interface RunRequest {
  readonly inputs: readonly TensorInput[];
  /** Empty: all. */
  readonly outputs: readonly string[];
  /** What the profile says; undefined: not known. It decides when a run counts as hung. */
  readonly expectedMs: Milliseconds | undefined;
}

export type RunOutcome =
  | { readonly kind: 'done'; readonly outputs: readonly TensorOutput[]; readonly computeMs: Milliseconds }
  | { readonly kind: 'failed'; readonly message: string } // the model said no; the executor lives
  /** `running`: this batch was the one that ran, so it may be the cause; else it was still waiting in the process. */
  | { readonly kind: 'died'; readonly death: ExecutorDeath; readonly running: boolean };

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
  /** Batches run one by one in the order of the calls; a second may wait in the process while the first runs. */
  run(request: RunRequest): Promise<RunOutcome>;
  memory(): Promise<ProcessMemory | undefined>;
  kill(death: ExecutorDeath): void;
}

interface Flight {
  readonly hungAfter: Milliseconds;
  readonly settle: (outcome: RunOutcome) => void;
}

const loadHungAfter = milliseconds(300_000);
const hungAtLeast = 5_000;
const hungFactor = 20;
/** Of a run that nothing is known of. */
const unknownHungAfter = milliseconds(30_000);

const hungAfter = (expected: Milliseconds | undefined): Milliseconds =>
  expected === undefined ? unknownHungAfter : milliseconds(Math.max(hungAtLeast, hungFactor * expected));

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
  const flights = new Map<number, Flight>(); // in the order they run
  let nextId = 1;
  let hangWatch: Disposable | undefined;
  let death: ExecutorDeath | undefined;

  const watchFirst = (): void => {
    hangWatch?.[Symbol.dispose]();
    hangWatch = undefined;
    for (const { hungAfter: after } of flights.values()) {
      const reason = `hung: a run took more than ${Math.round(after)} ms`;
      hangWatch = clock.after(after, () => process.kill({ kind: 'hung', reason }));
      return;
    }
  };
  process.onMessage((message, tensors) => {
    if (message.kind !== 'result' && message.kind !== 'failed') return;
    const flight = flights.get(message.id ?? 0);
    if (flight === undefined) return;
    flights.delete(message.id ?? 0);
    watchFirst();
    flight.settle(
      message.kind === 'failed' ? { kind: 'failed', message: message.message } : doneOutcome(message, tensors),
    );
  });
  void process.died.then((ended) => {
    death = ended;
    const lost = [...flights.values()];
    flights.clear();
    watchFirst();
    for (const [index, flight] of lost.entries()) flight.settle({ kind: 'died', death: ended, running: index === 0 });
  });

  const run = (request: RunRequest): Promise<RunOutcome> => {
    if (death !== undefined) return Promise.resolve({ kind: 'died', death, running: false });
    const id = nextId++;
    const tensors = request.inputs.map(tensorHeader);
    return new Promise((resolve) => {
      process.send(
        { kind: 'run', id, tensors, outputs: request.outputs },
        request.inputs.map(({ data }) => data),
      );
      flights.set(id, { hungAfter: hungAfter(request.expectedMs), settle: resolve });
      if (flights.size === 1) watchFirst();
    });
  };
  return {
    pid: process.pid,
    loadMs: milliseconds(loaded.loadMs),
    providerUsed: loaded.providerUsed,
    inputs: loaded.inputs,
    outputs: loaded.outputs,
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
