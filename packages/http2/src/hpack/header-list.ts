// A list of header fields.

import { entryOverhead } from './static-table.js';

/**
 * Header fields in their order. Names and values are octets (Latin-1). Encoders keep what they encoded by the identity of the
 * list, and decoders return the same list for the same bytes if they can, so that facts can be derived once per list.
 */
export class HeaderList {
  /** Names and values, alternating. */
  readonly fields: readonly string[];
  /** Size as HTTP/2 counts it: names, values, and 32 bytes per field. */
  readonly bytes: number;
  /** Set of the rules that the list is known to keep. Only `header-rules.ts` uses it. */
  keptRules = 0;
  /** Facts that a reader has derived from the fields. Only `calls/frame-headers.ts` uses it. */
  derived: object | undefined;

  constructor(fields: readonly string[]) {
    let bytes = fields.length * (entryOverhead / 2);
    for (const text of fields) bytes += text.length;
    this.fields = fields;
    this.bytes = bytes;
  }

  /** Returns the first value of a name. Undefined if there is none. */
  get(name: string): string | undefined {
    const { fields } = this;
    for (let at = 0; at < fields.length; at += 2) {
      if (fields[at] === name) return fields[at + 1];
    }
    return undefined;
  }
}

/** Creates a list from an object of values by name. */
export const headerList = (values: Readonly<Record<string, string>>): HeaderList =>
  new HeaderList(Object.entries(values).flat());
