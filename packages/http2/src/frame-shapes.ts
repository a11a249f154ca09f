// The forms of frames (RFC 9113, section 6), by which the head of a frame is checked before its payload arrives.

import { frameFlags, frameTypes, minMaxFrameBytes } from './frames.js';
import { ConnectionError, errorCodes, protocolError } from './http2-errors.js';

/** Size of a priority in a frame. */
export const priorityBytes = 5;

export const frameSizeError = (name: string, length: number): ConnectionError =>
  new ConnectionError(errorCodes.frameSizeError, `a ${name} frame has ${length} bytes`);

/** The form of a kind of frame other than DATA. */
interface Shape {
  readonly name: string;
  /** Whether the frame belongs to a stream. Undefined if either is allowed. */
  readonly hasStream?: boolean;
  readonly minBytes: number;
  readonly maxBytes: number;
}

const shapes: readonly (Shape | undefined)[] = [
  undefined,
  { name: 'HEADERS', hasStream: true, minBytes: 0, maxBytes: Infinity },
  { name: 'PRIORITY', hasStream: true, minBytes: priorityBytes, maxBytes: priorityBytes },
  { name: 'RST_STREAM', hasStream: true, minBytes: 4, maxBytes: 4 },
  { name: 'SETTINGS', hasStream: false, minBytes: 0, maxBytes: minMaxFrameBytes },
  { name: 'PUSH_PROMISE', hasStream: true, minBytes: 0, maxBytes: Infinity },
  { name: 'PING', hasStream: false, minBytes: 8, maxBytes: 8 },
  { name: 'GOAWAY', hasStream: false, minBytes: 8, maxBytes: minMaxFrameBytes },
  { name: 'WINDOW_UPDATE', minBytes: 4, maxBytes: 4 },
  { name: 'CONTINUATION', hasStream: true, minBytes: 0, maxBytes: Infinity },
];

/** Throws if the head of a frame is malformed. Returns false if the frame is of an unknown type. */
export function checkHead(type: number, length: number, flags: number, streamId: number): boolean {
  const shape = shapes[type];
  if (shape === undefined) return false;
  const { name, hasStream, minBytes, maxBytes } = shape;
  if (hasStream !== undefined && hasStream !== (streamId !== 0))
    throw protocolError(`a ${name} frame ${hasStream ? 'has no' : 'has a'} stream`);
  // Only our side may allow a peer to push, and it never does.
  if (type === frameTypes.pushPromise) throw protocolError('the peer pushes a stream');
  if (length < minBytes || length > maxBytes) throw frameSizeError(name, length);
  if (type === frameTypes.settings) {
    const isAck = (flags & frameFlags.ack) !== 0;
    if (length % 6 !== 0 || (isAck && length > 0)) throw frameSizeError(name, length);
  }
  return true;
}
