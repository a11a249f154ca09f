// The client of Pareto: sends queries to routers, and registry and fleet calls to the leader of the controllers.

import { systemClock, systemRng, type Clock, type Rng } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import {
  createChannel,
  createClient,
  createFailover,
  createFailoverClient,
  readClientCertificates,
  type Channel,
  type ChannelOptions,
  type Failover,
  type FailoverClient,
  type FailoverOptions,
} from '@pareto/rpc';
import { answerFromWire, type Answer } from './answer.js';
import { objectiveMessage } from './objective.js';
import type { Query, QueryObjective } from './query.js';
import { streamQueries, type StreamedAnswer } from './stream.js';
import { toRaw } from './tensor.js';

export interface ConnectOptions {
  /** host:port of routers. A client starts with a random one, and fails over to the next if it is unreachable. */
  readonly routers?: readonly string[];
  /** host:port of controllers, for `registry`, `fleet` and `plans`. */
  readonly controllers?: readonly string[];
  /** Folder with ca.crt and, for calls that need a client certificate, tls.crt and tls.key. Plain text without it. */
  readonly certs?: string;
  readonly maxMessageBytes?: number;
  readonly clock?: Clock;
  readonly rng?: Rng;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Timeout including retries, in ms. The default is 60 s. */
  readonly timeoutMs?: number;
  /**
   * Set to also retry requests that may have been executed, not only those that reached no router. The default is true.
   */
  readonly retry?: boolean;
}

export interface Pareto extends AsyncDisposable {
  /** Throws `failed-precondition` if no variant can meet the objective, with the nearest feasible one in `details`. */
  infer(query: Query, options?: RequestOptions): Promise<Answer>;
  /** Sends queries over one stream. Each gets its own decision. Answers arrive in the order of the queries. */
  stream(
    queries: AsyncIterable<Query> | Iterable<Query>,
    options?: Omit<RequestOptions, 'retry'>,
  ): AsyncGenerator<StreamedAnswer, void, undefined>;
  /** Returns whether an objective is feasible, by which variant and at what cost, or else the nearest feasible one. */
  whatIf(target: string, objective?: QueryObjective, options?: RequestOptions): Promise<wire.WhatIfResponse>;
  /** Returns how a decision was made: the candidates, with the verdict on each. */
  explain(decisionId: string, options?: RequestOptions): Promise<wire.ExplainResponse>;
  readonly registry: FailoverClient<'pareto.v1.Registry'>;
  readonly fleet: FailoverClient<'pareto.v1.Fleet'>;
  readonly plans: FailoverClient<'pareto.v1.Plans'>;
}

const defaultRouters = ['127.0.0.1:8001'];
const defaultControllers = ['127.0.0.1:8100'];
const defaultTimeoutMs = 60_000;

/** Opens connections on first use. Throws `failed-precondition` if the certificates cannot be read. */
export async function connect(options: ConnectOptions = {}): Promise<Pareto> {
  const { clock = systemClock, rng = systemRng, certs, maxMessageBytes } = options;
  const certificates = certs === undefined ? undefined : await readClientCertificates(certs, clock);
  const createFailoverTo = (role: 'router' | 'controller', addresses: readonly string[]): Failover => {
    const channelOptions: ChannelOptions = {
      ...(certificates === undefined ? {} : { tls: certificates(role) }),
      ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    };
    const open: FailoverOptions['open'] = (address) => createChannel(address, channelOptions);
    return createFailover({ addresses, what: role, open, clock });
  };
  const routers = createFailoverTo('router', rotated(options.routers ?? defaultRouters, rng));
  const controllers = createFailoverTo('controller', options.controllers ?? defaultControllers);

  const callRouter = <T>(
    work: (channel: Channel, limits: Limits) => Promise<T>,
    requestOptions: RequestOptions = {},
  ): Promise<T> => {
    const { signal, timeoutMs = defaultTimeoutMs, retry = true } = requestOptions;
    return routers.run(work, { signal, timeoutMs, isRepeatable: retry });
  };
  return {
    async infer(query, requestOptions) {
      const request = inferRequestOf(query);
      return answerFromWire(
        await callRouter(
          (channel, limits) => createClient(channel, 'pareto.v1.Inference').infer(request, limits),
          requestOptions,
        ),
      );
    },
    async *stream(queries, { signal, timeoutMs } = {}) {
      // Finds a reachable router first. If the stream breaks afterwards, the caller must open another.
      const channel = await routers.run(async (reached) => reached, { signal, timeoutMs });
      yield* streamQueries(channel, queries, { signal, timeoutMs });
    },
    whatIf: (target, objective, requestOptions) =>
      callRouter(
        (channel, limits) =>
          createClient(channel, 'pareto.v1.Inference').whatIf(
            { target, objective: objectiveMessage(objective) },
            limits,
          ),
        requestOptions,
      ),
    explain: (decisionId, requestOptions) =>
      callRouter(
        (channel, limits) => createClient(channel, 'pareto.v1.Inference').explain({ decisionId }, limits),
        requestOptions,
      ),
    registry: createFailoverClient(controllers, 'pareto.v1.Registry'),
    fleet: createFailoverClient(controllers, 'pareto.v1.Fleet'),
    plans: createFailoverClient(controllers, 'pareto.v1.Plans'),
    async [Symbol.asyncDispose]() {
      routers.close();
      controllers.close();
    },
  };
}

interface Limits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

const inferRequestOf = ({ target, inputs, outputs = [], objective, id = '' }: Query): wire.InferRequestInput => ({
  ...{ target, id, outputs: [...outputs], objective: objectiveMessage(objective) },
  inputs: Object.entries(inputs).map(([name, tensor]) => ({
    ...{ name, datatype: tensor.datatype, shape: [...tensor.shape], contents: toRaw(tensor) },
  })),
});

/** Rotates the addresses by a random offset, so that clients with the same list use different routers. */
function rotated(addresses: readonly string[], rng: Rng): readonly string[] {
  const first = Math.floor(rng() * addresses.length);
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}
