// Admits the streams that arrive in the form of node:http2, before gRPC for Node sees them. Its handler finds the call of
// a stream again by a header.

import type { IncomingHttpHeaders } from 'node:http2';
import type { Metadata } from '@grpc/grpc-js';
import { internalPrefix } from '../oip/decision.js';
import type { CallConnection } from './call-connection.js';
import { admitCall, type CallHeaders, type Gate, type IncomingCall } from './incoming-call.js';
import { LimitedRequest } from './limit-request.js';
import { watchReply } from './reply.js';
import type { ServerStream } from './server-stream.js';

/** Header with the id of a call. The server overwrites what the caller sent under this name. */
const idKey = `${internalPrefix}call`;
const calls = new Map<string, IncomingCall>();
let lastId = 0;

/** Returns the call with the metadata that gRPC for Node passes to its handler. Undefined if it has ended. */
export const incomingCall = (metadata: Metadata): IncomingCall | undefined => calls.get(String(metadata.get(idKey)[0]));

/** Admits the call of a stream. Undefined if it was rejected. */
export function admitStream(
  stream: ServerStream,
  headers: IncomingHttpHeaders,
  connection: CallConnection,
  gate: Gate,
): IncomingCall | undefined {
  const reply = watchReply(stream);
  const call = admitCall(new NodeHeaders(headers), connection, gate, reply);
  if (call === undefined) return undefined;
  const request = new LimitedRequest(call, {
    deliver: stream.push.bind(stream) as (data: Buffer | null) => boolean,
    isDone: reply.isDone,
  });
  // What arrives is passed to `push`, from where the stream's reader gets it.
  stream.push = (data: Buffer | null) => request.push(data);
  stream.setTimeout(gate.limiter.limits.stallMs);
  stream.on('timeout', () => {
    const isStalled = request.isWaiting && stream.readableLength === 0;
    if (!reply.isDone() && (isStalled || stream.writableLength > 0)) request.rejectStalled();
  });
  reply.onWrite((written) => {
    call.wrote(written);
    return () => call.bytes.release(written);
  });
  const id = String(++lastId);
  headers[idKey] = id;
  calls.set(id, call);
  stream.once('close', () => {
    calls.delete(id);
    call.close();
  });
  return call;
}

class NodeHeaders implements CallHeaders {
  readonly path: string;
  readonly encoding: string | undefined;
  readonly bytes: number;
  readonly #headers: IncomingHttpHeaders;
  #metadata: ReadonlyMap<string, string> | undefined;

  constructor(headers: IncomingHttpHeaders) {
    this.path = String(headers[':path']);
    this.encoding = headers['grpc-encoding']?.toString();
    this.bytes = sizeOf(headers);
    this.#headers = headers;
  }
  get metadata(): ReadonlyMap<string, string> {
    return (this.#metadata ??= metadataOf(this.#headers));
  }
}

/** Returns the text metadata of a call. */
function metadataOf(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string' && !name.startsWith(':') && !name.endsWith('-bin')) metadata.set(name, value);
  }
  return metadata;
}

function sizeOf(headers: IncomingHttpHeaders): number {
  let size = 0;
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}
