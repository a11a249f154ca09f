// The status of a call as header fields: names and values, alternating.

import { cutTrailers, defaultLimits } from '@pareto/protocol';
import { explainSizeLimit } from './size-limit.js';
import type { Rejection } from './status.js';
import type { TextFields } from './text-fields.js';

/** Returns the fields of a status, within the limits. */
export function statusFields({ code, details, trailers }: Rejection): readonly string[] {
  const fields = ['grpc-status', String(code), 'grpc-message', encodeURI(explainSizeLimit(details))];
  trailers?.forEach((value, name) => fields.push(name, value));
  return cutFields(fields);
}

/** Returns the fields of trailers, without the longest ones if they exceed the limits. */
export const trailerFields = ({ fields }: TextFields): readonly string[] => cutFields(fields);

function cutFields(fields: readonly string[]): readonly string[] {
  let bytes = fields.length * 16;
  for (const text of fields) bytes += text.length;
  if (bytes <= defaultLimits.detailsBytes) return fields;
  const trailers: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) trailers[fields[at] ?? ''] = fields[at + 1] ?? '';
  return Object.entries(cutTrailers(trailers)).flatMap(([name, value]) => [name, String(value)]);
}
