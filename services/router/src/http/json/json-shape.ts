// Reading parsed JSON field by field: each complaint says where it stands, what came and what was expected.

import { ParetoError } from '@pareto/core';
import type { ParameterValue } from '@pareto/rpc';
import { exactNumber } from './parse-json.js';

export type JsonFields = Readonly<Record<string, unknown>>;

export function misfit(where: string, value: unknown, expected: string): ParetoError {
  const came = value === undefined ? 'missing' : shown(value);
  return new ParetoError('invalid-argument', `${where} is ${came}: expected ${expected}`);
}

const shownLength = 60;

/** The beginning of a value, for a message; however large or deep it is. */
export function shown(value: unknown): string {
  const number = exactNumber(value);
  if (number !== undefined) return String(number);
  if (typeof value === 'string') return cut(JSON.stringify(value.slice(0, shownLength)));
  if (typeof value !== 'object' || value === null) return String(value);
  let left = shownLength;
  const replacer = (_key: string, part: unknown): unknown => (left-- > 0 ? part : undefined);
  return cut(JSON.stringify(value, replacer));
}

const cut = (text: string): string => (text.length > shownLength ? `${text.slice(0, shownLength)}…` : text);

export function readFields(where: string, value: unknown): JsonFields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonFields;
  throw misfit(where, value, 'an object');
}

export function readArray(where: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw misfit(where, value, 'an array');
}

export function readText(where: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw misfit(where, value, 'a string');
}

export function readFlag(where: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw misfit(where, value, 'true or false');
}

/** Left out: none. */
export function readParameters(where: string, value: unknown): ReadonlyMap<string, ParameterValue> {
  const fields = value === undefined ? {} : readFields(where, value);
  return new Map(Object.entries(fields).map(([name, one]) => [name, readParameter(`${where}.${name}`, one)]));
}

function readParameter(where: string, value: unknown): ParameterValue {
  const number = exactNumber(value);
  if (number !== undefined) return Number(number);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  throw misfit(where, value, 'a string, a number, true or false');
}
