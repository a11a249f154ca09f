// An HTTP client that sends exactly the bytes it is given, and reads answers as data.

import { request } from 'node:http';
import { gunzipSync, inflateSync } from 'node:zlib';
import type { Json } from './compare.js';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes as latin-1. */
  readonly body?: string;
}

export interface HttpReply {
  readonly status: number;
  /** The content type without its parameters. */
  readonly type: string;
  /** The JSON, or the text where it isn't any. */
  readonly reply: Json;
  /** What follows the JSON, in base64. */
  readonly binary?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** `address` is host:port. */
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

/** With a header length that many bytes are JSON, and what follows is data. */
export function readBody(content: Buffer, headerLength?: number): Pick<HttpReply, 'reply' | 'binary'> {
  if (headerLength === undefined) return { reply: readJson(content.toString()) };
  const reply = readJson(content.subarray(0, headerLength).toString());
  return { reply, binary: content.subarray(headerLength).toString('base64') };
}

/** What JavaScript's numbers can't hold, and what JSON has no number for, as a text. */
function readJson(text: string): Json {
  const exact = text.replace(/([[,:]\s*)(-?\d{16,}|NaN|-?Infinity)(?=\s*[,\]}])/g, '$1"$2"');
  try {
    return JSON.parse(exact) as Json;
  } catch {
    return text;
  }
}
