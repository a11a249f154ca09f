// Sends HTTP requests with exactly the given headers and body.

import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  json(): Readonly<Record<string, unknown>>;
}

export interface HttpCallOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer | object;
  readonly signal?: AbortSignal;
}

const bytesOf = (body: NonNullable<HttpCallOptions['body']>): Buffer => {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
};

const lengthOf = (bytes: Buffer | undefined, headers: OutgoingHttpHeaders = {}): OutgoingHttpHeaders =>
  bytes === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': bytes.length };

/** Sends a request. The method defaults to POST with a body, and to GET without. */
export function callHttp(url: string, { body, method, headers, signal }: HttpCallOptions = {}): Promise<HttpReply> {
  const bytes = body === undefined ? undefined : bytesOf(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: method ?? (bytes === undefined ? 'GET' : 'POST'),
        headers: { ...lengthOf(bytes, headers), ...headers },
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part)).once('error', reject);
        response.once('end', () => {
          const whole = Buffer.concat(parts);
          const text = whole.toString();
          const json = (): Readonly<Record<string, unknown>> => JSON.parse(text) as Readonly<Record<string, unknown>>;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, text, json });
        });
      },
    );
    sent.once('error', reject);
    sent.end(bytes);
  });
}
