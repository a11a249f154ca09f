// Endpoints of the shared memory extension, which check the request and call the handlers.

import type { JsonObject } from '@pareto/protocol';
import type { Endpoint } from './exchange.js';
import { mismatch, readFields, readText, type JsonFields } from '../json/json-shape.js';
import { readJsonBody } from './read-json-body.js';
import { emptyReply, jsonReply } from '../reply/reply.js';

const sizeOf = (name: string, value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw mismatch(name, value, 'a whole number');
};

const optionalSize = (fields: JsonFields, name: string): number =>
  fields[name] === undefined ? 0 : sizeOf(name, fields[name]);

const regionsOf = (reply: JsonObject): readonly unknown[] => Object.values(reply['regions'] as JsonObject);

export const systemStatus: Endpoint = async ({ protocol, region, call }) =>
  jsonReply(regionsOf(await protocol.call('systemSharedMemoryStatus', { name: region }, call)));

export const cudaStatus: Endpoint = async ({ protocol, region, call }) =>
  jsonReply(regionsOf(await protocol.call('cudaSharedMemoryStatus', { name: region }, call)));

export const registerSystem: Endpoint = async (exchange) => {
  const fields = await readJsonBody(exchange, 'systemSharedMemoryRegister');
  const { protocol, region: name, call } = exchange;
  const key = readText('key', fields['key']);
  const request = {
    name,
    key,
    offset: optionalSize(fields, 'offset'),
    byteSize: sizeOf('byte_size', fields['byte_size']),
  };
  await protocol.call('systemSharedMemoryRegister', request, call);
  return emptyReply();
};

export const registerCuda: Endpoint = async (exchange) => {
  const fields = await readJsonBody(exchange, 'cudaSharedMemoryRegister');
  const { protocol, region: name, call } = exchange;
  const handle = readText('raw_handle.b64', readFields('raw_handle', fields['raw_handle'])['b64']);
  const request = {
    name,
    rawHandle: Buffer.from(handle, 'base64'),
    deviceId: optionalSize(fields, 'device_id'),
    byteSize: sizeOf('byte_size', fields['byte_size']),
  };
  await protocol.call('cudaSharedMemoryRegister', request, call);
  return emptyReply();
};

/** Unregisters all regions if the path names none. */
export const unregisterSystem: Endpoint = async ({ protocol, region, call }) => {
  await protocol.call('systemSharedMemoryUnregister', { name: region }, call);
  return emptyReply();
};

export const unregisterCuda: Endpoint = async ({ protocol, region, call }) => {
  await protocol.call('cudaSharedMemoryUnregister', { name: region }, call);
  return emptyReply();
};
