// Converts replies to the JSON of the protocol's HTTP form, with field names as written in the proto files.

import { ParetoError } from '@pareto/core';
import { loadProtos } from './load-protos.js';
import { serviceDefinition, type MethodDefinition } from './protos.js';
import type { ServiceName } from './services.js';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

type Definition = Readonly<Record<string, MethodDefinition>>;

/** The definitions with field names as written. Loaded at the first call, because a start does without them. */
let definitions: Promise<Readonly<Record<string, unknown>>> | undefined;

/**
 * Converts a reply to JSON: every field that is set or has a default, enums by name, 64-bit integers as numbers. Unset
 * messages are omitted. `method` is the name in the proto file, e.g. ModelConfig, and `reply` the result of its
 * handler.
 */
export async function replyToJson(service: ServiceName, method: string, reply: object): Promise<JsonObject> {
  definitions ??= loadProtos({ keepCase: true, oneofs: false });
  const camel = serviceDefinition(service)[method];
  const snake = ((await definitions)[service] as Definition | undefined)?.[method];
  if (!camel || !snake) throw new ParetoError('internal', `${service} has no method ${method}`);
  return withoutUnset(snake.responseDeserialize(camel.responseSerialize(reply)) as JsonObject);
}

/** Fields that come first, for readability. */
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
