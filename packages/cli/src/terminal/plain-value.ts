// Formats results as JSON or YAML.

import { createRequire } from 'node:module';
import type * as yaml from 'js-yaml';

const load = createRequire(import.meta.url);

/** Converts bytes to base64 and names to camel case, and drops the markers of optional fields (`_x`). */
export function toPlain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('_'));
  return Object.fromEntries(entries.map(([key, each]) => [key.replace(/_(?=\dk$)/, ''), toPlain(each)]));
}

export const toJson = (value: unknown): string => JSON.stringify(toPlain(value), undefined, 2);

export function toYaml(value: unknown): string {
  // Loaded at its first use, because most commands print no YAML.
  const { dump } = load('js-yaml') as typeof yaml;
  return dump(toPlain(value), { noRefs: true, lineWidth: -1, skipInvalid: true }).trimEnd();
}
