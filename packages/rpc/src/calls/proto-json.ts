// Replies as JSON with the names that the proto files give their fields: what the protocol's HTTP form has in its bodies.

import type { MethodDefinition } from '@grpc/proto-loader';
import { ParetoError } from '@pareto/core';
import { loadProtos, serviceDefinition } from './protos.js';
import type { ServiceName } from './services.js';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

type Method = MethodDefinition<object, object>;
type Definition = Readonly<Record<string, Method>>;

let written: Readonly<Record<string, unknown>> | undefined;

function methodOf(definition: Definition | undefined, service: string, method: string): Method {
  const found = definition?.[method];
  if (found === undefined) throw new ParetoError('internal', `${service} has no method ${method}`);
  return found;
}

/**
 * Every field that has a value or a default, enums by name, 64-bit integers as numbers; a message that isn't set is left out.
 * `method` is the proto's name, e.g. ModelConfig; `reply` what its handler returns.
 */
export function replyToJson(service: ServiceName, method: string, reply: object): JsonObject {
  written ??= loadProtos({ keepCase: true, oneofs: false });
  const camel = methodOf(serviceDefinition(service), service, method);
  const snake = methodOf(written[service] as Definition | undefined, service, method);
  return withoutUnset(snake.responseDeserialize(camel.responseSerialize(reply)) as JsonObject);
}

/** Stand first, for people's sake. */
const leading = ['version', 'name'];

const withoutUnset = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .sort(([a], [b]) => leading.indexOf(b) - leading.indexOf(a))
      .map(([name, value]) => [name, clean(value)]),
  );

function clean(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(clean);
  return typeof value === 'object' && value !== null ? withoutUnset(value as JsonObject) : value;
}
