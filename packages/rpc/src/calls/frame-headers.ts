// The headers of a call that arrived as a list of fields.

import type { IncomingHttpHeaders } from 'node:http2';
import type { HeaderList } from '../http2/hpack/header-list.js';
import type { CallHeaders } from './incoming-call.js';

export class FrameHeaders implements CallHeaders {
  readonly path: string;
  readonly encoding: string | undefined;
  readonly timeout: string | undefined;
  readonly contentType: string | undefined;
  readonly bytes: number;
  readonly #list: HeaderList;
  #metadata: ReadonlyMap<string, string> | undefined;

  constructor(list: HeaderList) {
    this.path = list.get(':path') ?? '';
    this.encoding = list.get('grpc-encoding');
    this.timeout = list.get('grpc-timeout');
    this.contentType = list.get('content-type');
    this.bytes = list.bytes;
    this.#list = list;
  }

  get metadata(): ReadonlyMap<string, string> {
    return (this.#metadata ??= this.#readMetadata());
  }

  #readMetadata(): ReadonlyMap<string, string> {
    const { fields } = this.#list;
    const metadata = new Map<string, string>();
    for (let at = 0; at < fields.length; at += 2) {
      const name = fields[at] ?? '';
      if (name.startsWith(':') || name.endsWith('-bin')) continue;
      metadata.set(name, joined(metadata.get(name), fields[at + 1]));
    }
    return metadata;
  }
}

/** Returns the headers in the form of node:http2. */
export function nodeHeaders({ fields }: HeaderList): IncomingHttpHeaders {
  // Names are those of the client, such as `__proto__`.
  const headers = Object.create(null) as Record<string, string>;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    if (name in headers && isSingle.has(name)) continue;
    headers[name] = joined(headers[name], fields[at + 1]);
  }
  return headers;
}

/** Headers of which only the first value counts. */
const isSingle: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'grpc-timeout',
  'grpc-encoding',
  'te',
  'user-agent',
]);

const joined = (first: string | undefined, next = ''): string => (first === undefined ? next : `${first}, ${next}`);
