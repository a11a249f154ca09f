// The numbers of HTTP/2 frames (RFC 9113, Section 6).

export const frameHeadBytes = 9;

export const frameTypes = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goAway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

export const frameFlags = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const settingIds = {
  headerTableBytes: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowBytes: 0x4,
  maxFrameBytes: 0x5,
  maxHeaderListBytes: 0x6,
} as const;

export const maxWindowBytes: number = 2 ** 31 - 1;
export const maxStreamId: number = 2 ** 31 - 1;
export const maxMaxFrameBytes: number = 2 ** 24 - 1;

/** Values that apply until a peer announces others. */
export const initialWindowBytes: number = 65_535;
export const minMaxFrameBytes = 16_384;

/** The first bytes of a client. */
export const clientPreface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** Functions to read big-endian numbers. The methods of Buffer check more, and take twice as long. */
export const readUint32 = (data: Uint8Array, at: number): number =>
  ((data[at] ?? 0) * 2 ** 24 + (((data[at + 1] ?? 0) << 16) | ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0))) >>> 0;

export const readUint31 = (data: Uint8Array, at: number): number =>
  (((data[at] ?? 0) & 0x7f) << 24) | ((data[at + 1] ?? 0) << 16) | ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0);

export function writeUint32(data: Uint8Array, at: number, value: number): void {
  data[at] = value >>> 24;
  data[at + 1] = value >>> 16;
  data[at + 2] = value >>> 8;
  data[at + 3] = value;
}
