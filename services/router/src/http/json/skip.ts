// Passes over JSON values without building them.

import { ParetoError } from '@pareto/core';
import { more, next, open, openArray, openObject, passColon, quote, type JsonCursor } from './cursor.js';
import { passNumber, passString, readLiteral, startsNumber } from './scalars.js';

/** Maximum nesting of arrays and objects. */
export const maxDepth = 64;
/** Maximum nesting of the arrays of a tensor's data. */
const maxDataDepth = 32;

export const tooDeep = ({ what, at }: JsonCursor, levels: number = maxDepth): ParetoError =>
  new ParetoError('invalid-argument', `${what} is nested deeper than ${levels} levels at byte ${at}: flatten it`);

function passScalar(cursor: JsonCursor, byte: number): void {
  if (byte === quote) passString(cursor);
  else if (startsNumber(byte)) passNumber(cursor);
  else readLiteral(cursor);
}

function passKey(cursor: JsonCursor): void {
  passString(cursor);
  passColon(cursor);
}

/** Passes over what ends after an element. Returns false if the outermost array or object ended. */
function passEnds(cursor: JsonCursor, openers: number[]): boolean {
  for (let opener = openers.at(-1); opener !== undefined; opener = openers.at(-1)) {
    if (more(cursor, opener)) {
      if (opener === openObject) passKey(cursor);
      return true;
    }
    openers.pop();
  }
  return false;
}

/** Throws `invalid-argument` if the next value is not JSON or is nested too deeply. */
export function skipValue(cursor: JsonCursor): void {
  const first = next(cursor);
  if (first !== openArray && first !== openObject) return passScalar(cursor, first);
  const openers: number[] = [];
  do {
    for (let byte = next(cursor); ; byte = next(cursor)) {
      if (byte !== openArray && byte !== openObject) {
        passScalar(cursor, byte);
        break;
      }
      if (openers.length === maxDepth) throw tooDeep(cursor);
      if (!open(cursor, byte)) break;
      openers.push(byte);
      if (byte === openObject) passKey(cursor);
    }
  } while (passEnds(cursor, openers));
}

/** Passes over nested arrays. `passElement` passes over each element that is not an array itself. */
export function passNested(cursor: JsonCursor, passElement: () => void): void {
  let depth = 0;
  do {
    for (;;) {
      if (next(cursor) !== openArray) {
        passElement();
        break;
      }
      if (depth === maxDataDepth) throw tooDeep(cursor, maxDataDepth);
      if (!open(cursor, openArray)) break;
      depth++;
    }
    while (depth > 0 && !more(cursor, openArray)) depth--;
  } while (depth > 0);
}
