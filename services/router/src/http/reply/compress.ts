// Compresses large tensor replies with the encoding that the caller prefers.

import { Readable } from 'node:stream';
import { constants, createDeflate, createGzip } from 'node:zlib';
import { bytesOf, type Reply } from './reply.js';

type Encoding = 'gzip' | 'deflate';

const encoders = { gzip: createGzip, deflate: createDeflate };

/** Minimum size for compression. A smaller reply fits into one packet anyway. */
const minBytes = 1024;
const options = { level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 };

/**
 * Returns the supported encoding that an Accept-Encoding header prefers, gzip on a tie. Undefined if it accepts none.
 */
export function preferredEncoding(header: string | undefined): Encoding | undefined {
  const weights = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...rest] = part.trim().toLowerCase().split(';');
      const quality = rest
        .map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1])
        .find((found) => found !== undefined);
      return [name.trim(), Number(quality ?? 1)] as const;
    }),
  );
  const weightOf = (name: Encoding): number => weights.get(name) ?? weights.get('*') ?? 0;
  const [best] = (['gzip', 'deflate'] as const).toSorted((a, b) => weightOf(b) - weightOf(a));
  return best !== undefined && weightOf(best) > 0 ? best : undefined;
}

export async function compressed(reply: Reply, accepted: string | undefined): Promise<Reply> {
  if (reply.isTensors !== true || bytesOf(reply) < minBytes) return reply;
  const headers = { ...reply.headers, vary: [reply.headers['vary'], 'Accept-Encoding'].filter(Boolean).join(', ') };
  const encoding = preferredEncoding(accepted);
  if (encoding === undefined) return { ...reply, headers };
  const encoder = encoders[encoding](options);
  const body: Buffer[] = [];
  for await (const part of Readable.from(reply.body).pipe(encoder)) body.push(part as Buffer);
  return { ...reply, headers: { ...headers, 'content-encoding': encoding }, body };
}
