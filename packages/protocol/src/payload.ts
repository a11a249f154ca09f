// Encoded messages in slices, which are forwarded as they are.

export interface Payload {
  readonly length: number;
  /** The first bytes in one piece: as a rule, everything before the first tensor. */
  readonly head: Buffer;
  /** All bytes, in consecutive slices. The first ones may be those of `head`. */
  readonly frames: readonly Buffer[];
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
