// Reads fields of parsed JSON. Errors contain the position, the received value and the expected type.

import { ParetoError } from '@pareto/core';
import { defaultLimits, limitError, type ParameterValue } from '@pareto/protocol';
import type { JsonCursor } from './cursor.js';

export type JsonFields = Readonly<Record<string, unknown>>;

export function mismatch(where: string, value: unknown, expected: string): ParetoError {
  const received = value === undefined ? 'missing' : preview(value);
  return new ParetoError('invalid-argument', `${where} is ${received}: expected ${expected}`);
}

const previewLength = 60;

/** Returns the beginning of a value of any size or depth, for error messages. */
export function preview(value: unknown): string {
  if (typeof value === 'string') return truncate(JSON.stringify(value.slice(0, previewLength)));
  if (typeof value !== 'object' || value === null) return String(value);
  let left = previewLength;
  const replacer = (_key: string, part: unknown): unknown => (left-- > 0 ? part : undefined);
  return truncate(JSON.stringify(value, replacer));
}

/** Returns the text that begins at a cursor, for error messages. `end` is the end of the value, if it is known. */
export const previewText = ({ bytes, at }: JsonCursor, end: number = bytes.length): string =>
  truncate(bytes.toString('utf8', at, Math.min(end, at + 4 * previewLength)));

const truncate = (text: string): string => (text.length > previewLength ? `${text.slice(0, previewLength)}…` : text);

export function readFields(where: string, value: unknown): JsonFields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonFields;
  throw mismatch(where, value, 'an object');
}

export function readArray(where: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw mismatch(where, value, 'an array');
}

export function readText(where: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw mismatch(where, value, 'a string');
}

/** Reads a name, an id or a datatype, whose length is limited. */
export function readName(where: string, value: unknown): string {
  const name = readText(where, value);
  checkName(where, name);
  return name;
}

function checkName(where: string, name: string): void {
  const length = Buffer.byteLength(name);
  if (length <= defaultLimits.nameBytes) return;
  const message = `${where} is ${preview(name)}, which has ${length} bytes: expected at most ${defaultLimits.nameBytes}`;
  throw limitError('nameBytes', 'invalid-argument', message);
}

export function readFlag(where: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw mismatch(where, value, 'true or false');
}

/** Returns no parameters if the value is undefined. */
export function readParameters(where: string, value: unknown): ReadonlyMap<string, ParameterValue> {
  const fields = value === undefined ? {} : readFields(where, value);
  for (const name of Object.keys(fields)) checkName(`the name of one of ${where}`, name);
  return new Map(Object.entries(fields).map(([name, one]) => [name, readParameter(`${where}.${name}`, one)]));
}

function readParameter(where: string, value: unknown): ParameterValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw mismatch(where, value, 'a string, a number, true or false');
}
