// The headers of a call that arrived as a list of fields.

import { ParetoError } from '@pareto/core';
import type { HeaderList } from '@pareto/http2';
import { TextFields } from '../transport/text-fields.js';
import { parseTimeout } from '../transport/timeout.js';

/** Number of names and values from which a Map is faster. */
const manyFields = 64;

export class FrameHeaders {
  path = '';
  method = '';
  /** Encoding of compressed messages, as the caller named it. Undefined if it named none. */
  encoding: string | undefined;
  /** Set if the request is a call of gRPC. */
  readonly isCall: boolean;
  /** Time until the caller's deadline in ms. Infinite if it set none, NaN if the header is malformed. */
  readonly timeoutMs: number;
  /** Size of all names and values. */
  readonly bytes: number;
  #timeout: string | undefined;
  #contentType: string | undefined;
  readonly #list: HeaderList;
  #metadata: ReadonlyMap<string, string> | undefined;

  /** Returns the headers of a list, which are read once: the calls of a connection often have the same list. */
  static of(list: HeaderList): FrameHeaders {
    if (list.derived instanceof FrameHeaders) return list.derived;
    const headers = new FrameHeaders(list);
    list.derived = headers;
    return headers;
  }

  private constructor(list: HeaderList) {
    const { fields } = list;
    this.bytes = list.bytes;
    this.#list = list;
    for (let at = 0; at < fields.length; at += 2) this.#read(fields[at] ?? '', fields[at + 1] ?? '');
    this.isCall = this.method === 'POST' && this.#contentType?.startsWith('application/grpc') === true;
    this.timeoutMs = this.#timeout === undefined ? Infinity : (parseTimeout(this.#timeout) ?? NaN);
  }

  /** Throws `invalid-argument` unless these are the headers of a call of gRPC. */
  check(): void {
    if (!this.isCall) throw new ParetoError('invalid-argument', 'The request is not a call of gRPC');
    if (!Number.isNaN(this.timeoutMs)) return;
    const expected = 'expected up to eight digits and one of the units H, M, S, m, u and n';
    throw new ParetoError('invalid-argument', `the header grpc-timeout is "${this.#timeout}": ${expected}`);
  }

  /** Reads one field. Only the first value of a name counts. */
  #read(name: string, value: string): void {
    switch (name) {
      case ':path':
        this.path = value;
        break;
      case ':method':
        this.method = value;
        break;
      case 'grpc-encoding':
        this.encoding ??= value;
        break;
      case 'grpc-timeout':
        this.#timeout ??= value;
        break;
      case 'content-type':
        this.#contentType ??= value;
        break;
      default:
    }
  }

  /** Text metadata by name. */
  get metadata(): ReadonlyMap<string, string> {
    return (this.#metadata ??= this.#readMetadata());
  }

  #readMetadata(): ReadonlyMap<string, string> {
    const { fields } = this.#list;
    const metadata = fields.length > manyFields ? new Map<string, string>() : new TextFields();
    for (let at = 0; at < fields.length; at += 2) {
      const name = fields[at] ?? '';
      if (name.startsWith(':') || name.endsWith('-bin')) continue;
      metadata.set(name, joined(metadata.get(name), fields[at + 1]));
    }
    return metadata;
  }
}

const joined = (first: string | undefined, next = ''): string => (first === undefined ? next : `${first}, ${next}`);
