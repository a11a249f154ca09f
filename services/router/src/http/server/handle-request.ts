// Handles one HTTP request: checks its origin, finds the endpoint, and sends the reply or the error.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { PeerRole } from '@pareto/rpc';
import type { ByteBudget, ByteReservation } from '../body/byte-budget.js';
import { compressed } from '../reply/compress.js';
import type { Endpoint } from '../calls/exchange.js';
import type { InferWork } from '../infer/infer-work.js';
import { createHttpCall, type HttpCall } from './http-call.js';
import { originHeaders, preflightHeaders, type Origins } from './origins.js';
import type { ProtocolCalls } from '../calls/protocol-calls.js';
import { readBody } from '../body/read-body.js';
import { bytesOf, emptyReply, type Reply } from '../reply/reply.js';
import { allowed, findRoute, type RouteMatch } from '../calls/routes.js';
import { errorReply, HttpError } from '../reply/status.js';

export interface HandleRequestOptions {
  readonly protocol: ProtocolCalls;
  readonly work: InferWork;
  readonly budget: ByteBudget;
  readonly origins: Origins;
  readonly maxMessageBytes: number;
  /** Maximum time without progress in receiving the body or sending the reply, in ms. */
  readonly stallMs: number;
  readonly clock: Clock;
  /** Called with unexpected errors, which are hidden from callers. */
  readonly onError: (path: string, error: unknown) => void;
  readonly isDraining: () => boolean;
}

export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  peerRole: PeerRole,
  options: HandleRequestOptions,
): Promise<void> {
  const http = createHttpCall(request, response, { peerRole, clock: options.clock });
  const reservation = options.budget.reserve();
  response.once('close', () => reservation[Symbol.dispose]());
  let origin = {};
  let reply: Reply;
  try {
    origin = originHeaders(request, options.origins);
    reply = await replyTo(request, response, { http, reservation }, options);
  } catch (error) {
    if (!(error instanceof HttpError || error instanceof ParetoError)) options.onError(pathOf(request), error);
    reply = errorReply(error);
  }
  if (response.destroyed) return;
  reservation.take(bytesOf(reply));
  const headers = { ...reply.headers, ...origin, ...Object.fromEntries(http.trailers) };
  const whole = await compressed({ ...reply, headers }, request.headers['accept-encoding']);
  await send(request, response, whole, options);
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.replace(/^https?:\/\/[^/]*/i, '').replace(/\?.*$/s, '');

async function replyTo(
  request: IncomingMessage,
  response: ServerResponse,
  { http, reservation }: { readonly http: HttpCall; readonly reservation: ByteReservation },
  options: HandleRequestOptions,
): Promise<Reply> {
  const { method = 'GET', headers } = request;
  const found = findRoute(pathOf(request));
  if (found === undefined) {
    throw new HttpError(
      404,
      `there is no endpoint at ${pathOf(request)}; the paths of the Open Inference Protocol begin with /v2`,
    );
  }
  const methods = allowed(found.methods);
  if (method === 'OPTIONS') return emptyReply(204, { allow: methods, ...preflightHeaders(request, methods) });
  const endpoint = endpointOf(found, method);
  if (endpoint === undefined)
    throw new HttpError(405, `method ${method} is not supported for this path: expected ${methods}`, {
      allow: methods,
    });
  const { protocol, work, maxMessageBytes, stallMs, clock } = options;
  return endpoint({
    ...pathNames(found),
    ...{ headers, call: http.call, protocol, work, maxMessageBytes },
    body() {
      if (headers.expect?.toLowerCase() === '100-continue') continueUnlessTooLarge(request, response, maxMessageBytes);
      return readBody(request, { maxBytes: maxMessageBytes, stallMs, reservation, clock });
    },
  });
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
    throw new HttpError(400, `${part} in the path is not percent-encoded UTF-8`);
  }
}

/** Sends `100 Continue`, so that the caller sends the body, unless the body would be rejected as too large. */
function continueUnlessTooLarge(request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  if (Number(request.headers['content-length'] ?? 0) <= maxBytes) response.writeContinue();
}

const lingerMs = milliseconds(2_000);

/** Replaces the characters that a header value must not contain. */
const headerText = (text: string): string => text.replace(/[^\t\x20-\x7e]/g, '?');

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  { stallMs, isDraining, clock }: HandleRequestOptions,
): Promise<void> {
  response.setTimeout(stallMs, () => response.destroy());
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, headerText(value));
  if (isDraining()) response.setHeader('connection', 'close');
  if (reply.status !== 204) response.setHeader('content-length', bytesOf(reply));
  response.writeHead(reply.status);
  if (request.method !== 'HEAD') await sendBody(response, reply.body);
  // A caller that is still sending would not read the reply if the connection were closed now.
  if (reply.headers['connection'] === 'close' && !request.complete) await discardBody(request, clock);
  response.end();
}

/** Size of the pieces in which a body is written, since encrypting a large piece would block the event loop. */
const pieceBytes = 256 * 1024;

async function sendBody(response: ServerResponse, parts: readonly Uint8Array[]): Promise<void> {
  response.cork();
  let corked = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += pieceBytes) {
      const piece = part.subarray(at, at + pieceBytes);
      response.write(piece);
      corked += piece.length;
      if (corked < pieceBytes) continue;
      response.uncork();
      if (!(await isDrained(response))) return;
      response.cork();
      corked = 0;
    }
  }
  response.uncork();
}

/** Returns whether more can be written. False if the caller disconnected. */
function isDrained(response: ServerResponse): Promise<boolean> | boolean {
  if (response.destroyed) return false;
  if (!response.writableNeedDrain) return true;
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve(!response.destroyed);
    };
    response.once('drain', done).once('close', done);
  });
}

/** Resolves when the rest of the body has been received and discarded, after 2 s at the latest. */
function discardBody(request: IncomingMessage, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(lingerMs, resolve);
    const done = (): void => {
      timer[Symbol.dispose]();
      resolve();
    };
    request.once('end', done).once('close', done).resume();
  });
}
