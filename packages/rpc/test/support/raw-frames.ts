// Frames of HTTP/2 that a client sends by hand, so that it can break every rule.

import { http2Frame as frame } from '@pareto/testkit';

/** Returns the first bytes of a connection, with the payload of its settings in hexadecimal digits. */
export const preface = (settings = ''): Buffer =>
  Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, settings)]);

/** Returns the headers of a call, which ends with them if `isEnd` is set. */
export function headersFrame(id: number, path: string, isEnd = false): Buffer {
  const fields = { ':method': 'POST', ':scheme': 'http', ':path': path, 'content-type': 'application/grpc' };
  const text = (value: string): readonly number[] => [value.length, ...Buffer.from(value, 'latin1')];
  return frame(
    1,
    isEnd ? 5 : 4,
    id,
    Buffer.from(Object.entries(fields).flatMap((field) => [0, ...field.flatMap(text)])),
  );
}
