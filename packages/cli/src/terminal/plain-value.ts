// Formats results as JSON or YAML.

import { stringify } from 'yaml';

/** Converts bytes to base64 and names to camel case, and drops the markers of optional fields (`_x`). */
export function toPlain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('_'));
  return Object.fromEntries(entries.map(([key, each]) => [key.replace(/_(?=\dk$)/, ''), toPlain(each)]));
}

export const toJson = (value: unknown): string => JSON.stringify(toPlain(value), undefined, 2);

export const toYaml = (value: unknown): string =>
  stringify(toPlain(value), { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd();
