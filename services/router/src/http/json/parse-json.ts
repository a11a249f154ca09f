// JSON as clients of the protocol write it: integers of any size exact, and the numbers that JSON has no word for.

import { isUtf8 } from 'node:buffer';
import { errorText, ParetoError } from '@pareto/core';

/** Before the text of a number that a plain parse would lose; a string can't begin with it by accident. */
const mark = '\u0000';

/** Strings, so that what stands in them is left alone; then the words; then integers too long for a number. */
const special = /"(?:[^"\\]|\\.)*"|\bNaN\b|-?\bInfinity\b|(?<![\d.eE+-])-?[1-9]\d{15,}(?![\d.eE])/g;

export interface ParsedJson {
  readonly value: unknown;
  /** The same with every number exact: long integers and NaN can be read with `exactNumber`. */
  exact(): unknown;
}

/** Throws `invalid-argument` when it is not JSON. `what` names it. */
export function parseJson(bytes: Buffer, what: string): ParsedJson {
  if (!isUtf8(bytes)) {
    throw new ParetoError(
      'invalid-argument',
      `${what} is not JSON: it is not UTF-8; send BYTES that are no text as binary data`,
    );
  }
  // Some clients on Windows begin with a byte order mark.
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  try {
    return { value: JSON.parse(text), exact: () => parseExact(text, what) };
  } catch {
    const value = parseExact(text, what);
    return { value, exact: () => value };
  }
}

function parseExact(text: string, what: string): unknown {
  try {
    return JSON.parse(text.replace(special, (found) => (found.startsWith('"') ? found : `"\\u0000${found}"`)));
  } catch (error) {
    throw new ParetoError('invalid-argument', `${what} is not JSON: ${errorText(error)}`);
  }
}

/** What a value of an exactly parsed text is, as a number; undefined when it is none. */
export function exactNumber(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !value.startsWith(mark)) return undefined;
  const text = value.slice(mark.length);
  if (/^-?\d+$/.test(text)) return BigInt(text);
  return text === 'NaN' || text === 'Infinity' || text === '-Infinity' ? Number(text) : undefined;
}
