// Typed unary methods over a channel of encoded messages.

import { serviceDefinition, type ServiceName } from '@pareto/protocol';
import type { ServiceClient } from '../calls/services.js';
import type { CallOptions } from '../transport/options.js';
import type { PayloadChannel } from './payload-channel.js';

/** Creates a function that calls a unary method. `name` is that of `createClient`. */
export function createUnaryMethod<S extends ServiceName, M extends keyof ServiceClient<S> & string>(
  channel: PayloadChannel,
  service: S,
  name: M,
): ServiceClient<S>[M] {
  const found = Object.entries(serviceDefinition(service)).find(([key, spec]) => (spec.originalName ?? key) === name);
  if (found === undefined) throw new Error(`${service} has no method ${name}`);
  const [, { path, requestSerialize, responseDeserialize }] = found;
  const call = channel.caller(path);
  const method: unknown = async (request: object, options?: CallOptions): Promise<object> =>
    responseDeserialize((await call(requestSerialize(request), options)).body);
  return method as ServiceClient<S>[M];
}
