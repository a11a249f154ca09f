// Reads fields of parsed JSON. Errors contain the position, the received value and the expected type.

import { ParetoError } from '@pareto/core';
import type { ParameterValue } from '@pareto/rpc';
import { exactNumber } from './parse-json.js';

export type JsonFields = Readonly<Record<string, unknown>>;

export function mismatch(where: string, value: unknown, expected: string): ParetoError {
  const received = value === undefined ? 'missing' : preview(value);
  return new ParetoError('invalid-argument', `${where} is ${received}: expected ${expected}`);
}

const previewLength = 60;

/** Returns the beginning of a value of any size or depth, for error messages. */
export function preview(value: unknown): string {
  const number = exactNumber(value);
  if (number !== undefined) return String(number);
  if (typeof value === 'string') return truncate(JSON.stringify(value.slice(0, previewLength)));
  if (typeof value !== 'object' || value === null) return String(value);
  let left = previewLength;
  const replacer = (_key: string, part: unknown): unknown => (left-- > 0 ? part : undefined);
  return truncate(JSON.stringify(value, replacer));
}

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

export function readFlag(where: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw mismatch(where, value, 'true or false');
}

/** Returns no parameters if the value is undefined. */
export function readParameters(where: string, value: unknown): ReadonlyMap<string, ParameterValue> {
  const fields = value === undefined ? {} : readFields(where, value);
  return new Map(Object.entries(fields).map(([name, one]) => [name, readParameter(`${where}.${name}`, one)]));
}

function readParameter(where: string, value: unknown): ParameterValue {
  const number = exactNumber(value);
  if (number !== undefined) return Number(number);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  throw mismatch(where, value, 'a string, a number, true or false');
}
