// A worker without executors, whose responses a test controls.

import { ParetoError } from '@pareto/core';
import {
  decisionVersion,
  encodeInferResponse,
  lateKey,
  notExecutedKey,
  type Payload,
  type RoutedDecision,
  type wire,
} from '@pareto/protocol';
import { createServer, rawUnary, ReceivedQuery, type RoutedCall } from '@pareto/rpc';
import { createTcpProxy, type TcpProxy } from '@pareto/testkit';
import type { LocalWorker } from '../../src/index.js';

export interface Received {
  readonly payload: Payload;
  readonly decision: RoutedDecision;
  readonly call: RoutedCall;
  /** Metadata of a query that arrived over a connection. */
  readonly metadata: ReadonlyMap<string, string> | undefined;
}

/** Resolves when a query is cancelled. */
export const cancelled = ({ call }: Received): Promise<void> =>
  new Promise((resolve) => call.cancellation.addEventListener('abort', resolve));

export interface FakeWorker {
  readonly address: string;
  readonly received: readonly Received[];
  /** Replaces the default answer. */
  onInfer: ((received: Received) => Promise<Payload>) | undefined;
  /** Replaces the default ping response. */
  onPing: (() => Promise<never>) | undefined;
  /** Version of decisions that it reads, according to its ping responses. */
  decisionVersion: number;
  /** Replicas that ping responses report. */
  replicas: wire.ReplicaLoadInput[];
  /** The worker as one in the process of a router. */
  readonly local: LocalWorker;
  /** Proxy between the worker and its routers. */
  readonly link: TcpProxy;
  /** Cuts every connection, as the end of a process does. */
  kill(): void;
  close(): Promise<void>;
}

/** Starts a worker whose replicas are ready and idle. */
export async function startWorker(...replicaIds: readonly string[]): Promise<FakeWorker> {
  const received: Received[] = [];
  const server = createServer();
  const worker: Omit<FakeWorker, 'address' | 'link' | 'local' | 'kill' | 'close'> = {
    received,
    onInfer: undefined,
    onPing: undefined,
    decisionVersion,
    replicas: replicaIds.map((replicaId) => ({ replicaId, state: 'READY' })),
  };
  const infer = async (call: RoutedCall, metadata?: ReadonlyMap<string, string>): Promise<Payload> => {
    const { payload, decision } = call;
    const query = { payload, call, decision, metadata };
    received.push(query);
    return worker.onInfer === undefined ? replyTo(query) : worker.onInfer(query);
  };
  server.add('inference.GRPCInferenceService', {
    modelInfer: rawUnary((payload, call) => infer(new ReceivedQuery(payload, call), call.metadata)),
  });
  const ping = async (): Promise<wire.PingResponseInput> =>
    worker.onPing?.() ?? { workerId: 'w', replicas: worker.replicas, decisionVersion: worker.decisionVersion };
  server.add('pareto.v1.Execution', { ping });
  const link = await createTcpProxy({ to: `127.0.0.1:${await server.listen('127.0.0.1', 0)}` });
  const close = async (): Promise<void> => {
    await link[Symbol.asyncDispose]();
    server.close();
  };
  const { address } = link;
  const local: LocalWorker = {
    address,
    infer: server.localInfer('/inference.GRPCInferenceService/ModelInfer', (call, receiver) => {
      void infer(call).then(
        (reply) => receiver.succeed(reply),
        (error: unknown) => receiver.fail(error),
      );
    }),
    ping: async () => complete(await ping()),
  };
  return Object.assign(worker, { address, link, local, kill: () => link.cut(), close });
}

/** Returns a response as a router receives it. */
const complete = ({ replicas = [], decisionVersion = 0 }: wire.PingResponseInput): wire.PingResponse => ({
  ...{ workerId: 'w', incarnation: '', draining: false, decisionVersion },
  replicas: replicas.map((load) => ({ ...idleLoad, itemMs: 0, ...load }) as wire.PingResponse['replicas'][number]),
});

const idleLoad = { queuedItems: 0, runningItems: 0, backlogMs: 0, itemMs: 0, typical: 1, slow: 1, interfered: false };

export function replyTo({ call, decision }: Received): Payload {
  const { modelName, modelVersion, id } = call.request();
  call.setTrailer('pareto-variant', decision.variant);
  call.setTrailer('pareto-cost', '0.001');
  call.setLoad(idleLoad, 0);
  const raw = Buffer.alloc(8);
  return encodeInferResponse(
    {
      modelName,
      modelVersion,
      id,
      parameters: [
        ['pareto_variant', decision.variant],
        ['pareto_cost', 0.001],
      ],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 2], raw }],
    },
    false,
  );
}

/** Refuses a query because of its objective, with a load that explains it. */
export function refuse({ call }: Received, backlogMs = 60_000): Promise<never> {
  const idle = { queuedItems: 1, runningItems: 1, itemMs: 1, typical: 1, slow: 1, interfered: false };
  call.setLoad({ ...idle, backlogMs }, 1);
  return Promise.reject(
    new ParetoError('resource-exhausted', 'it would take 60000.0 ms', { details: { [lateKey]: '1' } }),
  );
}

export const notExecuted = (code: 'unavailable' | 'resource-exhausted'): ParetoError =>
  new ParetoError(code, 'not executed', { details: { [notExecutedKey]: '1' } });
