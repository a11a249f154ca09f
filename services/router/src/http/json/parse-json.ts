// Parses the JSON of requests. The size of the result is bounded, except for the data of tensors, which stays unread.

import { isUtf8 } from 'node:buffer';
import { ParetoError } from '@pareto/core';
import { defaultLimits, limitError } from '@pareto/protocol';
import { more, next, open, openArray, openObject, passColon, quote, unexpected, type JsonCursor } from './cursor.js';
import { previewText, type JsonFields } from './json-shape.js';
import { readLiteral, readNumber, readString, startsNumber } from './scalars.js';
import { maxDepth, passNested, skipValue, tooDeep } from './skip.js';

/** An array in a parsed text, possibly nested. It is valid JSON, but its elements are not read yet. */
export class UnreadArray {
  /** Number of elements, without the nested arrays themselves. */
  readonly count: number;
  readonly #cursor: JsonCursor;
  readonly #start: number;
  readonly #end: number;

  /** Passes over the array that is next. */
  constructor(cursor: JsonCursor) {
    let count = 0;
    this.#cursor = cursor;
    this.#start = cursor.at;
    passNested(cursor, () => {
      skipValue(cursor);
      count++;
    });
    this.count = count;
    this.#end = cursor.at;
  }

  /** Size of the text. */
  get bytes(): number {
    return this.#end - this.#start;
  }

  /** Returns a cursor at the begin of the array. */
  cursor(): JsonCursor {
    return { ...this.#cursor, at: this.#start };
  }

  /** Returns the text for error messages. */
  toJSON(): string {
    return previewText(this.cursor(), this.#end);
  }
}

export interface JsonOptions {
  /** Description of the text for errors, e.g. "the body". */
  readonly what: string;
  /** Key of the arrays that stay unread. */
  readonly unread?: string;
}

interface Tree {
  readonly unread: string | undefined;
  readonly cursor: JsonCursor;
  /** Number of values that may still be built. */
  left: number;
}

/** Returns the members of a JSON object. Throws `invalid-argument` if the bytes are not one, or exceed a limit. */
export function parseJson(bytes: Buffer, { what, unread }: JsonOptions): JsonFields {
  if (!isUtf8(bytes)) {
    throw new ParetoError(
      'invalid-argument',
      `${what} is not JSON: it is not UTF-8; send BYTES that are not text as binary data`,
    );
  }
  const cursor: JsonCursor = { bytes, what, at: hasByteOrderMark(bytes) ? 3 : 0 };
  if (next(cursor) !== openObject) {
    const received = previewText(cursor);
    throw new ParetoError('invalid-argument', `${what} is ${received === '' ? 'empty' : received}: expected an object`);
  }
  const fields = readObject({ cursor, unread, left: defaultLimits.fields }, 1);
  if (next(cursor) !== -1) throw unexpected(cursor, 'the end');
  return fields;
}

/** Clients on Windows may send a byte order mark. */
const hasByteOrderMark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

function readValue(tree: Tree, depth: number, key = ''): unknown {
  const { cursor } = tree;
  if (tree.left-- === 0) throw tooMany(cursor, 'fields', 'values');
  const byte = next(cursor);
  if (byte === openArray) return key === tree.unread ? new UnreadArray(cursor) : readArray(tree, depth + 1);
  if (byte === openObject) return readObject(tree, depth + 1);
  if (byte === quote) return readString(cursor);
  return startsNumber(byte) ? readNumber(cursor) : readLiteral(cursor);
}

/** Reads the elements of an array or the members of an object, one at a time. */
function readAll({ cursor }: Tree, opener: number, depth: number, readNext: () => void): void {
  if (depth > maxDepth) throw tooDeep(cursor);
  let count = 0;
  for (let hasNext = open(cursor, opener); hasNext; hasNext = more(cursor, opener)) {
    if (count++ === defaultLimits.listItems) throw tooMany(cursor, 'listItems', 'elements in one list');
    readNext();
  }
}

function readArray(tree: Tree, depth: number): readonly unknown[] {
  const elements: unknown[] = [];
  readAll(tree, openArray, depth, () => elements.push(readValue(tree, depth)));
  return elements;
}

/** Returns an object without a prototype, so that no key has a special meaning. */
function readObject(tree: Tree, depth: number): JsonFields {
  const fields = Object.create(null) as Record<string, unknown>;
  readAll(tree, openObject, depth, () => {
    const key = readString(tree.cursor);
    passColon(tree.cursor);
    fields[key] = readValue(tree, depth, key);
  });
  return fields;
}

const tooMany = ({ what, at }: JsonCursor, limit: 'fields' | 'listItems', unit: string): ParetoError =>
  limitError(
    limit,
    'invalid-argument',
    `${what} has more than ${defaultLimits[limit]} ${unit} at byte ${at}: send fewer`,
  );
