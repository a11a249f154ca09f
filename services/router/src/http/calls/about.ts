// Endpoints for health, metadata, configuration and statistics of the server and its models.

import type { JsonObject } from '@pareto/protocol';
import type { Endpoint } from './exchange.js';
import { HttpError } from '../reply/status.js';
import { jsonReply, type Reply } from '../reply/reply.js';

/** Reports the state in both status and body, since clients differ in which one they read. */
const stateReply = (state: JsonObject, name: 'live' | 'ready'): Reply =>
  jsonReply({ [name]: state[name] === true }, state[name] === true ? 200 : 503);

export const serverLive: Endpoint = async ({ protocol, call }) =>
  stateReply(await protocol.call('serverLive', {}, call), 'live');

export const serverReady: Endpoint = async ({ protocol, call }) =>
  stateReply(await protocol.call('serverReady', {}, call), 'ready');

export const serverMetadata: Endpoint = async ({ protocol, call }) =>
  jsonReply(await protocol.call('serverMetadata', {}, call));

export const modelReady: Endpoint = async ({ protocol, model, version, call }) => {
  const { ready } = await protocol.call('modelReady', { name: model, version }, call);
  if (ready === true) return jsonReply({ name: model, ready });
  throw new HttpError(400, `'${model}'${version === '' ? '' : ` version ${version}`} is not ready`);
};

export const modelMetadata: Endpoint = async ({ protocol, model, version, call }) =>
  jsonReply(await protocol.call('modelMetadata', { name: model, version }, call));

export const modelConfig: Endpoint = async ({ protocol, model, version, call }) =>
  jsonReply((await protocol.call('modelConfig', { name: model, version }, call))['config']);

/** Returns the statistics of all models if the path names none. */
export const modelStatistics: Endpoint = async ({ protocol, model, version, call }) =>
  jsonReply(await protocol.call('modelStatistics', { name: model, version }, call));
