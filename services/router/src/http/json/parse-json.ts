// Parses JSON as clients of the protocol write it, with exact 64-bit integers, NaN and infinities.

import { isUtf8 } from 'node:buffer';
import { errorText, ParetoError } from '@pareto/core';

/**
 * Prefix of the text of a number that JSON.parse would not preserve. Strings of clients are unlikely to begin with it.
 */
const mark = '\u0000';

/** Matches strings, so that their contents are skipped, then NaN and Infinity, then integers too long for a number. */
const special = /"(?:[^"\\]|\\.)*"|\bNaN\b|-?\bInfinity\b|(?<![\d.eE+-])-?[1-9]\d{15,}(?![\d.eE])/g;

export interface ParsedJson {
  readonly value: unknown;
  /** Returns the value with exact numbers, which `exactNumber` reads. */
  exact(): unknown;
}

/** Throws `invalid-argument` if the bytes are not JSON. `what` names them in the error. */
export function parseJson(bytes: Buffer, what: string): ParsedJson {
  if (!isUtf8(bytes)) {
    throw new ParetoError(
      'invalid-argument',
      `${what} is not JSON: it is not UTF-8; send BYTES that are not text as binary data`,
    );
  }
  // Some clients on Windows send a byte order mark.
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

/** Returns the number that an exactly parsed value represents. Undefined if it is not a number. */
export function exactNumber(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !value.startsWith(mark)) return undefined;
  const text = value.slice(mark.length);
  if (/^-?\d+$/.test(text)) return BigInt(text);
  return text === 'NaN' || text === 'Infinity' || text === '-Infinity' ? Number(text) : undefined;
}
