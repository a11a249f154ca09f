// A client that writes HTTP/2 frames to a socket, and collects those of the server.

import { once } from 'node:events';
import { connect } from 'node:net';
import { http2Frame as frame } from '@pareto/testkit';
import { preface } from './raw-frames.js';

export const frameTypes = { data: 0, headers: 1, rstStream: 3, settings: 4, goaway: 7 } as const;

interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

export interface RawConnection extends Disposable {
  send(...frames: readonly Buffer[]): void;
  /** Returns the frames of the server so far. */
  received(): readonly ReceivedFrame[];
  readonly isClosed: boolean;
}

/** Opens a connection, and sends its preface. */
export async function openRawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
  socket.write(preface());
  return {
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    received: () => readFrames(Buffer.concat(chunks)),
    get isClosed() {
      return socket.closed;
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

function readFrames(bytes: Buffer): readonly ReceivedFrame[] {
  const frames: ReceivedFrame[] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      streamId: bytes.readUInt32BE(at + 5),
    });
  }
  return frames;
}

/** Returns the frame that opens a call, whose request follows. All lengths must be less than 127. */
export function callFrame(id: number, path: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const fields = {
    ...{ ':method': 'POST', ':scheme': 'http', ':path': path, ':authority': 'localhost' },
    ...{ te: 'trailers', 'content-type': 'application/grpc', ...headers },
  };
  const literal = (text: string): readonly number[] => [text.length, ...Buffer.from(text, 'latin1')];
  const block = Object.entries(fields).flatMap(([name, value]) => [0x10, ...literal(name), ...literal(value)]);
  return frame(frameTypes.headers, 4, id, Buffer.from(block));
}

/** Returns the frame that ends a request without a message, or with one in its frame of gRPC. */
export function messageFrame(id: number, message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return frame(frameTypes.data, 1, id, Buffer.concat([head, message]));
}

export const resetFrame = (id: number): Buffer => frame(frameTypes.rstStream, 0, id, '00000008');
