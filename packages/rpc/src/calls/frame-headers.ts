// The headers of a call that arrived as a list of fields.

import type { HeaderList } from '@pareto/http2';
import { TextFields } from '../transport/text-fields.js';
import type { CallHeaders } from './incoming-call.js';

/** Number of names and values from which a Map is faster. */
const manyFields = 64;

export class FrameHeaders implements CallHeaders {
  path = '';
  method = '';
  encoding: string | undefined;
  timeout: string | undefined;
  contentType: string | undefined;
  readonly bytes: number;
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
        this.timeout ??= value;
        break;
      case 'content-type':
        this.contentType ??= value;
        break;
      default:
    }
  }

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
