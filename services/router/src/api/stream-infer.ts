// ModelStreamInfer: each message of a stream is a query of its own, with a decision of its own; answers come in the order
// of their requests.

import { ParetoError, type Clock } from '@pareto/core';
import {
  encodeStreamAnswer,
  encodeStreamError,
  scanInferRequest,
  type DuplexStream,
  type ServerCall,
} from '@pareto/rpc';
import type { RouterCore } from '../query/router-core.js';
import { inferScanned } from './model-infer.js';
import { createRoom, readUntil, type Bounds } from './stream-reading.js';

/** Of one stream. */
const defaultBounds: Bounds = { messages: 32, bytes: 64 * 1024 * 1024 };

/** Metadata of a caller that wants the first error for the stream's own status. */
const strictKey = 'triton_grpc_error';

/**
 * Until the caller has sent its last message and has every answer. A message that is refused is answered with why, and the stream
 * goes on. Throws `unavailable` when the router shuts down, once what was read is answered.
 */
export async function streamInfer(
  core: RouterCore,
  stream: DuplexStream<Buffer, Buffer>,
  call: ServerCall,
  bounds: Bounds = defaultBounds,
): Promise<void> {
  const isStrict = call.metadata.get(strictKey) === 'true';
  const room = createRoom(bounds);
  const failed = new AbortController();
  const ends = [core.draining, failed.signal];
  let written = Promise.resolve();

  async function write(answer: Promise<Buffer>, requestBytes: number): Promise<void> {
    try {
      await stream.write(await answer);
    } finally {
      room.leave(requestBytes);
    }
  }
  for await (const body of readUntil(stream, ends)) {
    room.enter(body.length);
    const answer = answerTo(core, body, call, isStrict);
    // Told by `written`, in its turn.
    answer.catch(() => undefined);
    written = written.then(() => write(answer, body.length));
    written.catch(() => failed.abort());
    await room.untilFree();
  }
  await written;
  if (core.draining.aborted) {
    throw new ParetoError('unavailable', 'this router is shutting down: open another stream for what is not answered');
  }
}

/** Rejects with what is no answer to this message alone. */
async function answerTo(core: RouterCore, body: Buffer, call: ServerCall, isStrict: boolean): Promise<Buffer> {
  let id = '';
  try {
    const scanned = scanInferRequest(body);
    ({ id } = scanned);
    return encodeStreamAnswer((await inferScanned(core, body, scanned, messageCall(call, core.clock))).body);
  } catch (error) {
    if (isStrict || !(error instanceof ParetoError)) throw error;
    return encodeStreamError(error.message, id);
  }
}

/** One message as a call: what would be in its trailers is in its answer's parameters. */
const messageCall = (call: ServerCall, clock: Clock): ServerCall => ({
  signal: call.signal,
  metadata: call.metadata,
  peer: call.peer,
  peerRole: call.peerRole,
  receivedAt: clock.now(),
  remainingMs: () => call.remainingMs(),
  setTrailer: () => undefined,
});
