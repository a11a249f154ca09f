// Encoded messages in slices, which are forwarded as they are.

export interface Payload {
  readonly length: number;
  /** The first bytes in one piece: as a rule, everything before the first tensor. */
  readonly head: Buffer;
  /** All bytes, in consecutive slices. The first ones may be those of `head`. */
  readonly frames: readonly Buffer[];
  /** The bytes that are missing at the end of `frames`, which grows. Undefined if all are there. */
  readonly rest?: PayloadRest | undefined;
}

/** The rest of a message that is passed on while it arrives. */
export interface PayloadRest {
  /** Tells `reader`, instead of the reader before, of the bytes that are there and of those that arrive. */
  follow(reader: PayloadReader | undefined): void;
  /** Records that the first `bytes` of the message were passed on, so that its sender may send more. */
  passed(bytes: number): void;
  /** Calls `listener` if the message does not arrive as fast as in a local network. */
  onLate(listener: () => void): Disposable;
  /** Resolves when the message is whole, for which its sender may send all of it. Does not resolve if its call ends before. */
  whole(): Promise<void>;
}

export interface PayloadReader {
  /** Called after `frames` has grown, once for all that arrived together, and when the message is whole. */
  onMore(): void;
}

const empty = Buffer.alloc(0);

/** Returns a message of these slices, whose head is the first of them. */
export const payloadOf = (...frames: readonly Buffer[]): Payload => payloadOfFrames(frames);

/** Returns a message of any number of slices. */
export function payloadOfFrames(frames: readonly Buffer[]): Payload {
  let length = 0;
  for (const frame of frames) length += frame.length;
  return { length, head: frames[0] ?? empty, frames };
}

/** Returns the slices in one piece, copied only if there are several. */
export const joinFrames = (frames: readonly Buffer[]): Buffer =>
  frames.length < 2 ? (frames[0] ?? empty) : Buffer.concat(frames);

/** Returns views of the bytes in [start, end). */
export function sliceFrames(frames: readonly Buffer[], start: number, end: number): readonly Buffer[] {
  const [only] = frames;
  if (only !== undefined && frames.length === 1) return start < end ? [only.subarray(start, end)] : [];
  const views: Buffer[] = [];
  let offset = 0;
  for (const frame of frames) {
    if (offset >= end) break;
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, frame.length);
    if (from < to) views.push(frame.subarray(from, to));
    offset += frame.length;
  }
  return views;
}
