// A client of Pareto: queries to any of the routers, registry and fleet to the controller that leads.

import { systemClock, systemRng, type Clock, type Rng } from '@pareto/core';
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
  type wire,
} from '@pareto/rpc';
import { answerFromWire, type Answer } from './answer.js';
import { objectiveMessage } from './objective.js';
import type { Query, QueryObjective } from './query.js';
import { streamQueries, type StreamedAnswer } from './stream.js';
import { toRaw } from './tensor.js';

export interface ConnectOptions {
  /** host:port of routers; each client begins with another, and goes on to the next when one can't be reached. */
  readonly routers?: readonly string[];
  /** host:port of controllers, for `registry` and `fleet`. */
  readonly controllers?: readonly string[];
  /** Folder with ca.crt, and tls.crt and tls.key for what needs a certificate; plain text without. */
  readonly certs?: string;
  readonly maxMessageBytes?: number;
  readonly clock?: Clock;
  readonly rng?: Rng;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** The deadline of all of it, retries included; 60 s if left out. */
  readonly timeoutMs?: number;
  /** False: what may have been executed is not sent again, only what did not reach a router. True if left out. */
  readonly retry?: boolean;
}

export interface Pareto extends AsyncDisposable {
  /** Throws a ParetoError: `failed-precondition` when no variant can meet the objective, with the nearest offer in its details. */
  infer(query: Query, options?: RequestOptions): Promise<Answer>;
  /** Each query is decided by itself; answers come in the order of the queries. */
  stream(
    queries: AsyncIterable<Query> | Iterable<Query>,
    options?: Omit<RequestOptions, 'retry'>,
  ): AsyncGenerator<StreamedAnswer, void, undefined>;
  /** Whether an objective can be met, by what and at what price, and the nearest one that can. */
  whatIf(target: string, objective?: QueryObjective, options?: RequestOptions): Promise<wire.WhatIfResponse>;
  /** How one decision was made: the candidates considered and the verdict on each. */
  explain(decisionId: string, options?: RequestOptions): Promise<wire.ExplainResponse>;
  readonly registry: FailoverClient<'pareto.v1.Registry'>;
  readonly fleet: FailoverClient<'pareto.v1.Fleet'>;
}

const defaultRouters = ['127.0.0.1:8001'];
const defaultControllers = ['127.0.0.1:8100'];
const defaultTimeoutMs = 60_000;

/** Connects when it is used. Throws `failed-precondition` when the certificates can't be read. */
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
      // The stream is opened where a router answers; what breaks later is the caller's to begin anew.
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

/** Clients that know the same routers spread over them. */
function rotated(addresses: readonly string[], rng: Rng): readonly string[] {
  const first = Math.floor(rng() * addresses.length);
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}
