// A typed client of several controllers, whose calls fail over between them and follow the leader.

import { createClient } from '../client/client.js';
import type { Failover } from './failover.js';
import type { CallOptions } from '../transport/options.js';
import { serviceDefinition, type ServiceName } from '@pareto/protocol';
import type { ServiceClient } from '../calls/services.js';

/**
 * Methods that only read, or that have no effect when repeated. They are retried even if the first attempt may have
 * been executed.
 */
const repeatable: ReadonlySet<string> = new Set([
  ...['list', 'describe', 'jobs', 'listRules', 'listWorkers', 'overview', 'stat', 'statistics'],
  ...['registerTask', 'registerArchitecture', 'rollback', 'drain', 'setWarmth', 'preview', 'freeze', 'resume'],
]);

type UnaryNames<C> = {
  [M in keyof C]: C[M] extends (request: infer In, options?: CallOptions) => Promise<unknown>
    ? In extends AsyncIterable<unknown>
      ? never
      : M
    : never;
}[keyof C];

/** The unary methods of a service. */
export type FailoverClient<S extends ServiceName> = Pick<ServiceClient<S>, UnaryNames<ServiceClient<S>>>;

type Call = (request: object, options?: CallOptions) => Promise<object>;

/** Creates a client whose calls fail over as `Failover.run` does, within the deadline of each call. */
export function createFailoverClient<S extends ServiceName>(failover: Failover, service: S): FailoverClient<S> {
  const callOf =
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
  return Object.fromEntries(names.map((name) => [name, callOf(name)])) as unknown as FailoverClient<S>;
}
