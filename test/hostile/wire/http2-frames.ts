// Writes HTTP/2 frames (RFC 9113) one by one, so that a client can break every rule.

export const preface: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const frameType = {
  ...{ data: 0, headers: 1, priority: 2, rstStream: 3, settings: 4 },
  ...{ pushPromise: 5, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9 },
} as const;

export const flag = { endStream: 1, ack: 1, endHeaders: 4 } as const;

export interface Frame {
  readonly type: number;
  readonly flags?: number;
  readonly stream?: number;
  readonly payload?: Uint8Array;
  /** Length to announce, if it is not that of the payload. */
  readonly length?: number;
}

const none = Buffer.alloc(0);

export function encodeFrame({ type, flags = 0, stream = 0, payload = none, length = payload.length }: Frame): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export type Setting = readonly [id: number, value: number];

/** Encodes the payload of a SETTINGS frame. */
export const settings = (...entries: readonly Setting[]): Buffer =>
  Buffer.concat(entries.map(([id, value]) => Buffer.concat([Buffer.from([id >> 8, id & 0xff]), uint32(value)])));

export const settingId = { headerTableSize: 1, initialWindowSize: 4, maxFrameSize: 5 } as const;

/** Encodes an integer of HPACK (RFC 7541) with a prefix of 7 bits. */
function prefixed(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** Encodes headers as literals that are never indexed, without Huffman coding. */
const headerBlock = (headers: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => {
      const [key, text] = [Buffer.from(name), Buffer.from(value)];
      return [Buffer.from([0x10]), prefixed(key.length), key, prefixed(text.length), text];
    }),
  );

export const grpcHeaders = (path: string): Record<string, string> => ({
  ...{ ':method': 'POST', ':scheme': 'http', ':path': path, ':authority': 'localhost' },
  ...{ 'content-type': 'application/grpc', te: 'trailers' },
});

/** Encodes the HEADERS frame that opens a call. */
export const openCall = (stream: number, path: string, flags: number = flag.endHeaders): Buffer =>
  encodeFrame({ type: frameType.headers, flags, stream, payload: headerBlock(grpcHeaders(path)) });
