// Builds the bytes of frames, and describes frames for comparison. It does not use the code under test.

const names = ['DATA', 'HEADERS', 'PRIORITY', 'RST_STREAM', 'SETTINGS', 'PUSH_PROMISE', 'PING', 'GOAWAY'];
const nameOf = (type: number): string => [...names, 'WINDOW_UPDATE', 'CONTINUATION'][type] ?? `TYPE ${type}`;

export interface Frame {
  readonly type: number;
  readonly name: string;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** Splits bytes that consist of whole frames. */
export function splitFrames(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 9 + bytes.readUIntBE(at, 3);
    frames.push({
      type: bytes.readUInt8(at + 3),
      name: nameOf(bytes.readUInt8(at + 3)),
      flags: bytes.readUInt8(at + 4),
      streamId: bytes.readUInt32BE(at + 5),
      payload: bytes.subarray(at + 9, end),
    });
    at = end;
  }
  return frames;
}

/** Describes a frame as `NAME stream flags payload`, where a long payload is replaced by its length. */
export const describeFrame = ({ name, flags, streamId, payload }: Frame): string =>
  [name, streamId, flags, payload.length > 32 ? `${payload.length} bytes` : payload.toString('hex')]
    .filter((part) => part !== '')
    .join(' ');
