// The headers of a call that arrived as a list of fields.

import { ParetoError } from '@pareto/core';
import type { HeaderList } from '@pareto/http2';
import { TextFields } from '../transport/text-fields.js';
import { parseTimeout } from '../transport/timeout.js';

/** Number of names and values from which a Map is faster. */
const manyFields = 64;

export class FrameHeaders {
  readonly path: string;
  readonly method: string;
  /** Encoding of compressed messages, as the caller named it. Undefined if it named none. */
  readonly encoding: string | undefined;
  /** Set if the request is a call of gRPC. */
  readonly isCall: boolean;
  /** Time until the caller's deadline in ms. Infinite if it set none, NaN if the header is malformed. */
  readonly timeoutMs: number;
  readonly #list: HeaderList;
  #metadata: ReadonlyMap<string, string> | undefined;

  /** Returns the headers of a list, which are read once: the calls of a connection often have the same list. */
  static of(list: HeaderList): FrameHeaders {
    if (list.derived instanceof FrameHeaders) return list.derived;
    const headers = new FrameHeaders(list);
    list.derived = headers;
    return headers;
  }

  /** Reads the first value of each name. */
  private constructor(list: HeaderList) {
    const timeout = list.get('grpc-timeout');
    this.#list = list;
    this.path = list.get(':path') ?? '';
    this.method = list.get(':method') ?? '';
    this.encoding = list.get('grpc-encoding');
    this.isCall = this.method === 'POST' && list.get('content-type')?.startsWith('application/grpc') === true;
    this.timeoutMs = timeout === undefined ? Infinity : (parseTimeout(timeout) ?? NaN);
  }

  /** Size of all names and values. */
  get bytes(): number {
    return this.#list.bytes;
  }

  /** Throws `invalid-argument` unless these are the headers of a call of gRPC. */
  check(): void {
    if (!this.isCall) throw new ParetoError('invalid-argument', 'The request is not a call of gRPC');
    if (!Number.isNaN(this.timeoutMs)) return;
    const expected = 'expected up to eight digits and one of the units H, M, S, m, u and n';
    throw new ParetoError(
      'invalid-argument',
      `the header grpc-timeout is "${this.#list.get('grpc-timeout')}": ${expected}`,
    );
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
