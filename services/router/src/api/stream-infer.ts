// Implements ModelStreamInfer: each message of a stream is a query with its own decision. Answers keep the order.

import { ParetoError, type Clock } from '@pareto/core';
import { encodeStreamAnswer, encodeStreamError, payloadOf, scanInferRequest } from '@pareto/protocol';
import { type DuplexStream, type ServerCall } from '@pareto/rpc';
import type { RouterContext } from '../query/router-context.js';
import { inferScanned } from './model-infer.js';
import { createReadWindow, readUntil, type Bounds } from './stream-reading.js';

/** Limits on the unanswered messages of one stream. */
const defaultBounds: Bounds = { messages: 32, bytes: 64 * 1024 * 1024 };

/** Metadata key with which a caller requests that the first error ends the stream with that status, as in Triton. */
const strictKey = 'triton_grpc_error';

/**
 * Serves a stream until the caller has sent its last message and received every answer. An error of one message is sent
 * as its answer, and the stream continues. Throws `unavailable` if the router shuts down, after answering the messages
 * already read.
 */
export async function streamInfer(
  router: RouterContext,
  stream: DuplexStream<Buffer, Buffer>,
  call: ServerCall,
  bounds: Bounds = defaultBounds,
): Promise<void> {
  const isStrict = call.metadata.get(strictKey) === 'true';
  const window = createReadWindow(bounds);
  const failed = new AbortController();
  const ends = [router.draining, failed.signal];
  let written = Promise.resolve();

  async function write(answer: Promise<Buffer>, requestBytes: number): Promise<void> {
    try {
      await stream.write(await answer);
    } finally {
      window.leave(requestBytes);
    }
  }
  for await (const body of readUntil(stream, ends)) {
    window.enter(body.length);
    const answer = answerMessage(router, body, call, isStrict);
    // `written` reports the failure when its turn comes; this avoids an unhandled rejection until then.
    answer.catch(() => undefined);
    written = written.then(() => write(answer, body.length));
    written.catch(() => failed.abort());
    await window.untilFree();
  }
  await written;
  if (router.draining.aborted) {
    throw new ParetoError(
      'unavailable',
      'this router is shutting down; open another stream for the unanswered messages',
    );
  }
}

/** Returns the encoded answer or error of one message. Rejects with an error that ends the stream. */
async function answerMessage(
  router: RouterContext,
  body: Buffer,
  call: ServerCall,
  isStrict: boolean,
): Promise<Buffer> {
  let id = '';
  try {
    const request = payloadOf(body);
    const scanned = scanInferRequest(request);
    ({ id } = scanned);
    return encodeStreamAnswer((await inferScanned(router, request, scanned, messageCall(call, router.clock))).payload);
  } catch (error) {
    if (isStrict || !(error instanceof ParetoError)) throw error;
    router.limiter.count(error);
    return encodeStreamError(error.publicMessage, id);
  }
}

/** Returns a call for one message. Its trailers are dropped, because the answer's parameters carry the same values. */
const messageCall = (call: ServerCall, clock: Clock): ServerCall => ({
  get signal() {
    return call.signal;
  },
  cancellation: call.cancellation,
  metadata: call.metadata,
  peer: call.peer,
  peerRole: call.peerRole,
  peerSubject: call.peerSubject,
  receivedAt: clock.now(),
  remainingMs: (now) => call.remainingMs(now),
  setTrailer: () => undefined,
});
