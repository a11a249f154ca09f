// Tensors in the encoding that the caller prefers, where that is worth it.

import { Readable } from 'node:stream';
import { constants, createDeflate, createGzip } from 'node:zlib';
import { bytesOf, type Reply } from './reply.js';

type Encoding = 'gzip' | 'deflate';

const encoders = { gzip: createGzip, deflate: createDeflate };

/** Below, the answer fits a packet anyway. */
const worthBytes = 1024;
const options = { level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 };

/** The most preferred of an Accept-Encoding header that we have; gzip when there are equals. */
export function preferredEncoding(header: string | undefined): Encoding | undefined {
  const weights = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...rest] = part.trim().toLowerCase().split(';');
      const quality = rest.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
      return [name.trim(), Number(quality ?? 1)] as const;
    }),
  );
  const weightOf = (name: Encoding): number => weights.get(name) ?? weights.get('*') ?? 0;
  const [best] = (['gzip', 'deflate'] as const).toSorted((a, b) => weightOf(b) - weightOf(a));
  return best !== undefined && weightOf(best) > 0 ? best : undefined;
}

export async function compressed(reply: Reply, accepted: string | undefined): Promise<Reply> {
  if (reply.isTensors !== true || bytesOf(reply) < worthBytes) return reply;
  const headers = { ...reply.headers, vary: [reply.headers['vary'], 'Accept-Encoding'].filter(Boolean).join(', ') };
  const encoding = preferredEncoding(accepted);
  if (encoding === undefined) return { ...reply, headers };
  const encoder = encoders[encoding](options);
  const body: Buffer[] = [];
  for await (const part of Readable.from(reply.body).pipe(encoder)) body.push(part as Buffer);
  return { ...reply, headers: { ...headers, 'content-encoding': encoding }, body };
}
