// Counts the bytes of a request as they arrive, and ends the call if a message is too large or the client stalls.

import type { ServerHttp2Stream } from 'node:http2';
import { ParetoError } from '@pareto/core';
import type { CallBytes } from '../limits/byte-budget.js';
import { limitError } from '../limits/limit-error.js';
import type { Limits } from '../limits/limits.js';
import { malformedRequest } from './decode-request.js';
import { inflateMessages, type Encoding } from './inflate-messages.js';
import { MessageFrames } from './message-frames.js';
import type { MessageShape } from './message-shape.js';
import { maxMessageOf, sizeLimitOf } from './method-limits.js';
import { RequestFields } from './request-fields.js';

/**
 * Size of a message from which its further data is copied. Node reads the data of all streams into shared blocks, and
 * a part of a call that stalls would keep the blocks of calls that have ended.
 */
const copiedFromBytes = 256 * 1024;

export interface RequestLimits {
  readonly path: string;
  /** Encoding of compressed messages. Undefined if no message may be compressed. */
  readonly encoding: Encoding | undefined;
  /** Shape of the messages. Undefined if they may have any number of fields. */
  readonly shape: MessageShape | undefined;
  /** Set if the request is a stream of messages. */
  readonly isStream: boolean;
  readonly limits: Limits;
  readonly bytes: CallBytes;
  /** Returns whether the call has ended. */
  readonly isDone: () => boolean;
  readonly reject: (error: ParetoError) => void;
  /** Called when the whole request has arrived. */
  readonly onWhole: () => void;
}

/** Node passes what arrives to `push`, from where the stream's reader gets it. */
export function limitRequest(stream: ServerHttp2Stream, request: RequestLimits): void {
  const { path, encoding, shape, isStream, limits, bytes, isDone, onWhole } = request;
  const maxBytes = maxMessageOf(path, limits);
  const fields = shape && new RequestFields(shape, limits);
  const frames = new MessageFrames(maxBytes, encoding === undefined ? fields : undefined);
  let isWhole = false;
  /** Bytes of the current message. */
  let received = 0;
  const isWaiting = (): boolean => (isStream ? !frames.isBetween : !isWhole);
  const push = stream.push.bind(stream) as (data: Buffer | null) => boolean;
  const reject = (error: unknown): void => {
    if (!isDone()) request.reject(error instanceof ParetoError ? error : malformedRequest(path, error));
  };
  const deliver =
    encoding === undefined
      ? push
      : inflateMessages({
          ...{ encoding, maxBytes, reader: fields, push, fail: reject },
          take: (inflated) => bytes.take(inflated, isWaiting()),
        });
  stream.push = (data: Buffer | null) => {
    if (isDone()) return data === null ? push(data) : true;
    if (data === null) {
      isWhole = true;
      bytes.take(0, isWaiting());
      if (!isStream) onWhole();
    } else {
      try {
        const announced = frames.follow(data);
        if (announced > maxBytes) throw tooLarge(path, announced, maxBytes);
      } catch (error) {
        reject(error);
        return true;
      }
      if (!bytes.take(data.length, isWaiting())) return true;
      received = frames.isBetween ? 0 : received + data.length;
      if (received > copiedFromBytes) return deliver(Buffer.from(data));
    }
    return deliver(data);
  };
  stream.setTimeout(limits.stallMs, () => {
    const isStalled = isWaiting() && stream.readableLength === 0;
    if (isDone() || !(isStalled || stream.writableLength > 0)) return;
    reject(stalled(limits.stallMs));
  });
}

function tooLarge(path: string, announced: number, maxBytes: number): ParetoError {
  const limit = sizeLimitOf(path);
  const reason =
    limit === 'messageBytes'
      ? '; the limit is set by --max-message-bytes'
      : '; this is the limit of messages without tensors';
  const message = `Received message larger than max (${announced} vs ${maxBytes})${reason}`;
  return limitError(limit, 'resource-exhausted', message);
}

const stalled = (stallMs: number): ParetoError =>
  limitError(
    'stallMs',
    'resource-exhausted',
    `the client sent and read nothing for ${stallMs / 1000} s in the middle of a message; the limit is set by --stall-timeout-ms`,
  );
