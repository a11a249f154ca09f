// Handles one HTTP request: checks its origin, finds the endpoint, and sends the reply or the error.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { cutText, ParetoError, type Clock } from '@pareto/core';
import { Use, type CallBytes, type Connection, type Limiter, type PeerRole } from '@pareto/rpc';
import { compressed } from '../reply/compress.js';
import type { Endpoint } from '../calls/exchange.js';
import type { InferWork } from '../infer/infer-work.js';
import { createHttpCall, type HttpCall } from './http-call.js';
import { originHeaders, preflightHeaders, type Origins } from './origins.js';
import type { ProtocolCalls } from '../calls/protocol-calls.js';
import { readBody } from '../body/read-body.js';
import { bytesOf, emptyReply, type Reply } from '../reply/reply.js';
import { allowed, findRoute, noRouteText, type RouteMatch } from '../calls/routes.js';
import { disconnected, errorReply, HttpError } from '../reply/status.js';
import { sendReply } from './send-reply.js';

export interface HandleRequestOptions {
  readonly protocol: ProtocolCalls;
  readonly work: InferWork;
  readonly limiter: Limiter;
  readonly origins: Origins;
  readonly clock: Clock;
  /** Called with unexpected errors, which are hidden from callers. */
  readonly onError: (path: string, error: unknown) => void;
}

interface Caller {
  readonly connection: Connection;
  readonly peerRole: PeerRole;
  /** Returns whether the connection is to be closed with the reply. */
  readonly closes: () => boolean;
}

/** A request, with what it holds while it is handled. */
interface Handling {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly http: HttpCall;
  /** Begins when the request is complete. Until then, its connection may end in favour of another. */
  readonly use: Use;
  readonly bytes: CallBytes;
  /** Aborts when the budget for bytes ends the call. */
  readonly cut: AbortSignal;
}

/** Resolves when the reply was sent or the connection has closed. */
export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { connection, peerRole, closes }: Caller,
  options: HandleRequestOptions,
): Promise<void> {
  const cutter = new AbortController();
  const bytes = options.limiter.bytes.open(connection, (error) => cutter.abort(error));
  const http = createHttpCall(request, response, { peerRole, clock: options.clock });
  const use = new Use(connection);
  if (!hasBody(request)) use.begin();
  let reply: Reply | undefined;
  try {
    reply = await replyTo({ request, response, http, use, bytes, cut: cutter.signal }, options);
  } finally {
    use.end();
  }
  try {
    bytes.take(0, true);
    if (reply !== undefined && !response.destroyed)
      await sendReply(request, response, { reply, cut: cutter.signal, closes: closes() }, options);
  } finally {
    bytes[Symbol.dispose]();
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const pathOf = ({ url = '/' }: IncomingMessage): string => url.replace(/^https?:\/\/[^/]*/i, '').replace(/\?.*$/s, '');

/** Returns the reply of the endpoint, or the reply of its error. Undefined if the caller has disconnected. */
async function replyTo(handling: Handling, options: HandleRequestOptions): Promise<Reply | undefined> {
  const { request, http, bytes, cut } = handling;
  let origin = {};
  const complete = (reply: Reply): Reply => ({
    ...reply,
    headers: { ...reply.headers, ...origin, ...Object.fromEntries(http.trailers) },
  });
  try {
    origin = originHeaders(request, options.origins);
    bytes.take(0, false);
    cut.throwIfAborted();
    const reply = await callEndpoint(handling, options);
    hold(handling, bytesOf(reply));
    return await compressed(complete(reply), request.headers['accept-encoding']);
  } catch (error) {
    if (error === disconnected) return undefined;
    options.limiter.count(error);
    if (!(error instanceof HttpError || error instanceof ParetoError)) options.onError(pathOf(request), error);
    return complete(errorReply(error));
  }
}

async function callEndpoint(
  handling: Handling,
  { protocol, work, limiter, clock }: HandleRequestOptions,
): Promise<Reply> {
  const { request, response, http, use, bytes, cut } = handling;
  const { method = 'GET', headers } = request;
  const found = findRoute(pathOf(request));
  if (found === undefined) throw new HttpError(404, noRouteText(pathOf(request)));
  const methods = allowed(found.methods);
  if (method === 'OPTIONS') return emptyReply(204, { allow: methods, ...preflightHeaders(request, methods) });
  const endpoint = endpointOf(found, method);
  if (endpoint === undefined)
    throw new HttpError(405, `method ${method} is not supported for this path: expected ${methods}`, {
      allow: methods,
    });
  return endpoint({
    ...pathNames(found),
    ...{ headers, call: http.call, protocol, work, maxMessageBytes: limiter.limits.messageBytes },
    async body(called) {
      protocol.check(called, http.call);
      const limit = called === 'modelInfer' ? 'messageBytes' : 'smallMessageBytes';
      const maxBytes = limiter.limits[limit];
      if (headers.expect?.toLowerCase() === '100-continue') continueUnlessTooLarge(request, response, maxBytes);
      const body = await readBody(request, { limiter, limit, bytes, cut, clock });
      use.begin();
      return body;
    },
    hold: (held) => hold(handling, held),
  });
}

/** Counts the bytes that a call holds, instead of what it held before. Throws if they exceed the budget. */
function hold({ bytes, cut }: Handling, held: number): void {
  bytes.release(Infinity);
  bytes.take(held, false);
  cut.throwIfAborted();
}

function endpointOf({ methods }: RouteMatch, method: string): Endpoint | undefined {
  if (method === 'GET' || method === 'HEAD') return methods.GET;
  return method === 'POST' ? methods.POST : undefined;
}

function pathNames({ parts }: RouteMatch): Record<'model' | 'version' | 'repository' | 'region', string> {
  const { model = '', version = '', repository = '', region = '' } = parts;
  return { model: decode(model), version: decode(version), repository: decode(repository), region: decode(region) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, `${cutText(part)} in the path is not percent-encoded UTF-8`);
  }
}

/** Sends `100 Continue`, so that the caller sends the body, unless the body would be rejected as too large. */
function continueUnlessTooLarge(request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  if (Number(request.headers['content-length'] ?? 0) <= maxBytes) response.writeContinue();
}
