// What clients ask about the server and its models.

import type { Endpoint } from './exchange.js';
import { HttpError } from './status.js';
import { emptyReply, jsonReply } from './reply.js';

export const serverLive: Endpoint = async ({ protocol, call }) =>
  emptyReply((await protocol.call('serverLive', {}, call))['live'] === true ? 200 : 503);

export const serverReady: Endpoint = async ({ protocol, call }) =>
  emptyReply((await protocol.call('serverReady', {}, call))['ready'] === true ? 200 : 503);

export const serverMetadata: Endpoint = async ({ protocol, call }) =>
  jsonReply(await protocol.call('serverMetadata', {}, call));

export const modelReady: Endpoint = async ({ protocol, model, version, call }) => {
  const { ready } = await protocol.call('modelReady', { name: model, version }, call);
  if (ready === true) return emptyReply();
  throw new HttpError(400, `'${model}'${version === '' ? '' : ` version ${version}`} is not ready`);
};

export const modelMetadata: Endpoint = async ({ protocol, model, version, call }) =>
  jsonReply(await protocol.call('modelMetadata', { name: model, version }, call));

export const modelConfig: Endpoint = async ({ protocol, model, version, call }) =>
  jsonReply((await protocol.call('modelConfig', { name: model, version }, call))['config']);

/** Without a model: of all. */
export const modelStatistics: Endpoint = async ({ protocol, model, version, call }) =>
  jsonReply(await protocol.call('modelStatistics', { name: model, version }, call));
