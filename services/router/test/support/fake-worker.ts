// A worker with no executors behind it: it answers what a test tells it to.

import { once } from 'node:events';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { ParetoError } from '@pareto/core';
import {
  createServer,
  decisionKey,
  decodeDecision,
  encodeInferResponse,
  formatLoad,
  loadKey,
  notExecutedKey,
  rawUnary,
  scanInferRequest,
  type RoutedDecision,
  type ServerCall,
  type wire,
} from '@pareto/rpc';

export interface Received {
  readonly body: Buffer;
  readonly decision: RoutedDecision;
  readonly call: ServerCall;
}

export interface FakeWorker {
  readonly address: string;
  readonly received: readonly Received[];
  /** In place of an answer. */
  onInfer: ((received: Received) => Promise<Buffer>) | undefined;
  /** In place of an answer to a ping. */
  onPing: (() => Promise<never>) | undefined;
  /** Replicas as pings tell of them. */
  replicas: wire.ReplicaLoadInput[];
  /** Breaks every connection and takes no new ones, as a process that was killed does. */
  kill: () => void;
  close(): void;
}

/** Its replicas are ready and idle. */
export async function startWorker(...replicaIds: readonly string[]): Promise<FakeWorker> {
  const received: Received[] = [];
  const server = createServer();
  const worker: { -readonly [K in keyof FakeWorker]: FakeWorker[K] } = {
    address: '',
    received,
    onInfer: undefined,
    onPing: undefined,
    replicas: replicaIds.map((replicaId) => ({ replicaId, state: 'READY' })),
    kill: () => undefined,
    close: () => {
      worker.kill();
      server.close();
    },
  };
  server.add('inference.GRPCInferenceService', {
    modelInfer: rawUnary(async (body, call) => {
      const one = { body, call, decision: decodeDecision(call.metadata.get(decisionKey)) };
      received.push(one);
      return worker.onInfer === undefined ? replyTo(one) : worker.onInfer(one);
    }),
  });
  server.add('pareto.v1.Execution', {
    ping: async () => worker.onPing?.() ?? { workerId: 'w', replicas: worker.replicas },
  });
  const proxy = await startProxy(await server.listen('127.0.0.1', 0));
  worker.address = proxy.address;
  worker.kill = proxy.kill;
  return worker;
}

async function startProxy(port: number): Promise<{ readonly address: string; readonly kill: () => void }> {
  const sockets = new Set<Socket>();
  const proxy = createTcpServer((from) => {
    const to = connect(port, '127.0.0.1');
    for (const socket of [from, to]) {
      sockets.add(socket.setNoDelay().on('error', () => undefined));
    }
    from.pipe(to).pipe(from);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const kill = (): void => {
    proxy.close();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return { address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, kill };
}

export function replyTo({ body, call, decision }: Received): Buffer {
  const { modelName, modelVersion, id } = scanInferRequest(body);
  call.setTrailer('pareto-variant', decision.variant);
  call.setTrailer('pareto-cost', '0.001');
  call.setTrailer(loadKey, formatLoad({ queuedItems: 0, runningItems: 0, backlogMs: 0 }));
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

export const notExecuted = (code: 'unavailable' | 'resource-exhausted'): ParetoError =>
  new ParetoError(code, 'not executed', { details: { [notExecutedKey]: '1' } });
