// Endpoints of the model repository: its index, and loading and unloading models.

import type { JsonObject } from '@pareto/protocol';
import type { Endpoint, Exchange } from './exchange.js';
import { mismatch, readFields, readFlag, type JsonFields } from '../json/json-shape.js';
import { readJsonBody } from './read-json-body.js';
import { emptyReply, jsonReply } from '../reply/reply.js';

export const repositoryIndex: Endpoint = async (exchange) => {
  const ready = readFlag('ready', (await readJsonBody(exchange, 'repositoryIndex'))['ready']);
  const { protocol, repository: repositoryName, call } = exchange;
  const { models } = await protocol.call('repositoryIndex', { repositoryName, ready }, call);
  const shown = (model: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(model).filter(([name, value]) => name === 'name' || value !== ''));
  return jsonReply((models as readonly JsonObject[]).map(shown));
};

type RepositoryParameter =
  | { readonly parameterChoice: 'boolParam'; readonly boolParam: boolean }
  | { readonly parameterChoice: 'int64Param'; readonly int64Param: number }
  | { readonly parameterChoice: 'stringParam'; readonly stringParam: string }
  | { readonly parameterChoice: 'bytesParam'; readonly bytesParam: Buffer };

/** Decodes files, which are in base64. */
function readParameter(name: string, value: unknown): RepositoryParameter {
  if (typeof value === 'boolean') return { parameterChoice: 'boolParam', boolParam: value };
  if (typeof value === 'number') return { parameterChoice: 'int64Param', int64Param: value };
  if (typeof value !== 'string') throw mismatch(`parameters.${name}`, value, 'a string, a number, true or false');
  if (!name.startsWith('file:')) return { parameterChoice: 'stringParam', stringParam: value };
  return { parameterChoice: 'bytesParam', bytesParam: Buffer.from(value, 'base64') };
}

function parametersOf(body: JsonFields): Record<string, RepositoryParameter> {
  const fields = body['parameters'] === undefined ? {} : readFields('parameters', body['parameters']);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, readParameter(name, value)]));
}

const warmth =
  (method: 'repositoryModelLoad' | 'repositoryModelUnload') =>
  async (exchange: Exchange): ReturnType<Endpoint> => {
    const parameters = parametersOf(await readJsonBody(exchange, method));
    const { protocol, repository: repositoryName, model: modelName, call } = exchange;
    await protocol.call(method, { repositoryName, modelName, parameters }, call);
    return emptyReply();
  };

export const loadModel: Endpoint = warmth('repositoryModelLoad');
export const unloadModel: Endpoint = warmth('repositoryModelUnload');
