// Reads the reply of a unary call: the message in its frame, and the status in the trailers.

import { ParetoError } from '@pareto/core';
import { type Payload, payloadOf, receivedError, sliceRange } from '@pareto/protocol';
import { headBytes, headOf } from '../transport/message-head.js';
import { explainSizeLimit } from '../transport/size-limit.js';
import { codeOfStatus } from '../transport/status.js';
import { TextFields } from '../transport/text-fields.js';

/**
 * Returns the message in the data of a reply, in slices of its chunks. Throws `internal` unless it is one whole, uncompressed
 * message.
 */
export function readMessage(chunks: readonly Buffer[]): Payload {
  const data = payloadOf(chunks);
  const head = headOf(data);
  if (head.length < headBytes) {
    throw new ParetoError('internal', `the reply has ${data.length} bytes: expected a message with a head of 5 bytes`);
  }
  if (head[0] !== 0) throw new ParetoError('internal', 'the reply is compressed, which was not requested');
  const length = head.readUInt32BE(1);
  if (data.length === headBytes + length) return payloadOf(sliceRange(chunks, headBytes, data.length));
  throw new ParetoError(
    'internal',
    `the reply has ${data.length - headBytes} bytes after the head: expected one message of ${length} bytes`,
  );
}

/**
 * Returns the text metadata at the end of a reply, without the status. `head` are the fields of its first headers (names and
 * values, alternating), `trailers` those of its last ones, undefined if there are none. Returns the error of the status if it
 * is not OK, since throwing it takes several us; its details contain the metadata.
 */
export function readTrailers(
  head: readonly string[],
  trailers: readonly string[] | undefined,
): ReadonlyMap<string, string> | ParetoError {
  const metadata = new TextFields();
  const fields = trailers ?? head;
  let status: string | undefined;
  let message = '';
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    const value = fields[at + 1] ?? '';
    if (name === 'grpc-status') status = value;
    else if (name === 'grpc-message') message = value;
    else if (!name.endsWith('-bin') && !isOfHttp.has(name)) metadata.set(name, value);
  }
  if (status === '0') return metadata;
  if (status === undefined) return withoutStatus(head);
  const text = explainSizeLimit(decodeMessage(message));
  const sent = { text: `status ${status}: ${text}` };
  const details: Record<string, string> = {};
  metadata.forEach((value, name) => (details[name] = value));
  return receivedError(codeOfStatus(Number(status)), text, details, sent);
}

const isOfHttp: ReadonlySet<string> = new Set([':status', 'content-type', 'date']);

function withoutStatus(head: readonly string[]): ParetoError {
  const at = head.indexOf(':status');
  const http = at === -1 ? undefined : head[at + 1];
  if (http === undefined) return new ParetoError('unavailable', 'the connection ended before the reply');
  if (Number(http) === 200) return new ParetoError('internal', 'the reply ended without a gRPC status');
  return new ParetoError('unavailable', `the server replied with HTTP status ${http}: expected a gRPC server`);
}

function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
