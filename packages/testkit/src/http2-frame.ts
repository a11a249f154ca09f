// The bytes of frames of HTTP/2 that tests write by hand, without the code under test.

/** Builds a frame. `payload` is text in hexadecimal digits, or bytes. */
export function http2Frame(type: number, flags: number, streamId: number, payload: string | Uint8Array = ''): Buffer {
  const data = typeof payload === 'string' ? Buffer.from(payload.replaceAll(' ', ''), 'hex') : payload;
  const head = Buffer.alloc(9);
  head.writeUIntBE(data.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, data]);
}
