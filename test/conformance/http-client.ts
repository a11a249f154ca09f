// An HTTP client that sends exactly the given bytes, and parses responses.

import { request } from 'node:http';
import { gunzipSync, inflateSync } from 'node:zlib';
import type { Json } from './compare.js';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Body, with bytes as latin-1. */
  readonly body?: string;
}

export interface HttpReply {
  readonly status: number;
  /** Content type without parameters. */
  readonly type: string;
  /** Parsed JSON, or the text if it is not JSON. */
  readonly reply: Json;
  /** Binary data after the JSON, in base64. */
  readonly binary?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Sends a request to `address`, host:port. */
export function sendHttp(address: string, { method, path, headers = {}, body = '' }: HttpRequest): Promise<HttpReply> {
  const bytes = Buffer.from(body, 'latin1');
  const [host, port] = address.split(':');
  const length = method === 'GET' || method === 'HEAD' ? {} : { 'content-length': bytes.length };
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path, headers: { ...headers, ...length }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const [type = ''] = (response.headers['content-type'] ?? '').split(';');
        const content = inflated(Buffer.concat(chunks), response.headers['content-encoding']);
        const headerLength = response.headers['inference-header-content-length'];
        resolve({
          status: response.statusCode ?? 0,
          type,
          ...readBody(content, headerLength === undefined ? undefined : Number(headerLength)),
          headers: response.headers,
        });
      });
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

function inflated(content: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return gunzipSync(content);
  return encoding === 'deflate' ? inflateSync(content) : content;
}

/** Splits a body: with a header length, this number of bytes is JSON, and the rest is binary data. */
export function readBody(content: Buffer, headerLength?: number): Pick<HttpReply, 'reply' | 'binary'> {
  if (headerLength === undefined) return { reply: readJson(content.toString()) };
  const reply = readJson(content.subarray(0, headerLength).toString());
  return { reply, binary: content.subarray(headerLength).toString('base64') };
}

/** Replaces numbers that JavaScript or JSON cannot represent by strings. */
function readJson(text: string): Json {
  const exact = text.replace(/([[,:]\s*)(-?\d{16,}|NaN|-?Infinity)(?=\s*[,\]}])/g, '$1"$2"');
  try {
    return JSON.parse(exact) as Json;
  } catch {
    return text;
  }
}
