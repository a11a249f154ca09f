// Endpoints of the trace and log settings. Converts between plain JSON and the typed values of the gRPC messages.

import type { JsonObject, JsonValue } from '@pareto/protocol';
import type { Endpoint, Exchange } from './exchange.js';
import { mismatch, type JsonFields } from '../json/json-shape.js';
import { readJsonBody } from './read-json-body.js';
import { jsonReply, type Reply } from '../reply/reply.js';

const textOf = (where: string, value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw mismatch(where, value, 'a string');
};

/** Returns no values for null, which clears a setting. */
const traceValues = (name: string, value: unknown): string[] =>
  value === null ? [] : [value].flat().map((element) => textOf(name, element));

const readTraces = (fields: JsonFields): Record<string, { value: string[] }> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value: traceValues(name, value) }]));

/** The only setting whose value is a list in JSON. */
const listSetting = 'trace_level';

function showTraces(reply: JsonObject): Reply {
  const settings = Object.entries(reply['settings'] as Readonly<Record<string, { readonly value: readonly string[] }>>);
  return jsonReply(
    Object.fromEntries(settings.map(([name, { value }]) => [name, name === listSetting ? value : (value[0] ?? '')])),
  );
}

export const getTraces: Endpoint = async ({ protocol, model, call }) =>
  showTraces(await protocol.call('traceSetting', { settings: {}, modelName: model }, call));

export const setTraces: Endpoint = async (exchange) => {
  const settings = readTraces(await readJsonBody(exchange, 'traceSetting'));
  const { protocol, model, call } = exchange;
  return showTraces(await protocol.call('traceSetting', { settings, modelName: model }, call));
};

type LogValue =
  | { readonly parameterChoice: 'boolParam'; readonly boolParam: boolean }
  | { readonly parameterChoice: 'uint32Param'; readonly uint32Param: number }
  | { readonly parameterChoice: 'stringParam'; readonly stringParam: string };

function logValue(name: string, value: unknown): LogValue {
  if (typeof value === 'boolean') return { parameterChoice: 'boolParam', boolParam: value };
  if (typeof value === 'number') return { parameterChoice: 'uint32Param', uint32Param: value };
  return { parameterChoice: 'stringParam', stringParam: textOf(name, value) };
}

const showLogs = (reply: JsonObject): Reply =>
  jsonReply(
    Object.fromEntries(
      Object.entries(reply['settings'] as Readonly<Record<string, JsonObject>>).map(([name, value]) => [
        name,
        Object.values(value).find((each): each is JsonValue => each !== null) ?? '',
      ]),
    ),
  );

const logs = async ({ protocol, call }: Exchange, settings: Record<string, LogValue>): Promise<Reply> =>
  showLogs(await protocol.call('logSettings', { settings }, call));

export const getLogs: Endpoint = (exchange) => logs(exchange, {});

export const setLogs: Endpoint = async (exchange) => {
  const fields = Object.entries(await readJsonBody(exchange, 'logSettings'));
  return logs(exchange, Object.fromEntries(fields.map(([name, value]) => [name, logValue(name, value)])));
};
