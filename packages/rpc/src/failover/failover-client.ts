// A typed client of the controllers: each call goes to the one that takes it.

import { createClient } from '../client/client.js';
import type { Failover } from './failover.js';
import type { CallOptions } from '../transport/options.js';
import { serviceDefinition } from '../calls/protos.js';
import type { ServiceClient, ServiceName } from '../calls/services.js';

/** They read, or the same again changes nothing: repeated also when it isn't known whether they were executed. */
const repeatable: ReadonlySet<string> = new Set([
  ...['list', 'describe', 'jobs', 'listRules', 'listWorkers', 'overview', 'stat', 'statistics'],
  ...['registerTask', 'registerArchitecture', 'drain', 'setWarmth'],
]);

type UnaryNames<C> = {
  [M in keyof C]: C[M] extends (request: infer In, options?: CallOptions) => Promise<unknown>
    ? In extends AsyncIterable<unknown>
      ? never
      : M
    : never;
}[keyof C];

/** The methods that are not streams. */
export type FailoverClient<S extends ServiceName> = Pick<ServiceClient<S>, UnaryNames<ServiceClient<S>>>;

type Call = (request: object, options?: CallOptions) => Promise<object>;

/** Calls fail over and follow the leader as `Following.run` says, within the call's deadline. */
export function createFailoverClient<S extends ServiceName>(failover: Failover, service: S): FailoverClient<S> {
  const follow =
    (method: string): Call =>
    (request, options = {}) =>
      failover.run(
        (channel, limits) => {
          const call = Reflect.get(createClient(channel, service), method) as Call;
          return call(request, { ...options, ...limits });
        },
        { ...options, isRepeatable: repeatable.has(method) },
      );
  const names = Object.entries(serviceDefinition(service)).flatMap(([name, spec]) =>
    spec.requestStream || spec.responseStream ? [] : (spec.originalName ?? name),
  );
  return Object.fromEntries(names.map((name) => [name, follow(name)])) as unknown as FailoverClient<S>;
}
