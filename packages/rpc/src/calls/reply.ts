// The headers and trailers of replies. Fields are names and values, alternating.

import { type FrameStream, headerList, type HeaderList } from '@pareto/http2';
import { cutTrailers, defaultLimits } from '@pareto/protocol';
import { explainSizeLimit } from '../transport/size-limit.js';
import type { Rejection } from '../transport/status.js';
import type { TextFields } from '../transport/text-fields.js';
import type { FrameHeaders } from './frame-headers.js';

export const replyHeaders: HeaderList = headerList({ ':status': '200', 'content-type': 'application/grpc+proto' });
export const okTrailers: HeaderList = headerList({ 'grpc-status': '0', 'grpc-message': 'OK' });
const notPost = headerList({ ':status': '405', allow: 'POST' });
const notGrpc = headerList({ ':status': '415', 'accept-post': 'application/grpc' });

/** Ends a stream without a reply: with a status of gRPC, or of HTTP if the request is not a call of gRPC. */
export function rejectStream(stream: FrameStream, { isCall, method }: FrameHeaders, rejection: Rejection): void {
  if (isCall) stream.reject(replyHeaders, statusFields(rejection));
  else stream.reject(method === 'POST' ? notGrpc : notPost);
}

/** Returns the fields of a status, within the limits. */
export function statusFields({ code, details, trailers }: Rejection): readonly string[] {
  const fields = ['grpc-status', String(code), 'grpc-message', encodeURI(explainSizeLimit(details))];
  trailers?.forEach((value, name) => fields.push(name, value));
  return cutFields(fields);
}

/** Returns the fields of trailers, without the longest ones if they exceed the limits. Undefined if there are none. */
export const trailerFields = ({ fields }: TextFields): readonly string[] | undefined =>
  fields.length === 0 ? undefined : cutFields(fields);

function cutFields(fields: readonly string[]): readonly string[] {
  let bytes = fields.length * 16;
  for (const text of fields) bytes += text.length;
  if (bytes <= defaultLimits.detailsBytes) return fields;
  const trailers: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) trailers[fields[at] ?? ''] = fields[at + 1] ?? '';
  return Object.entries(cutTrailers(trailers)).flatMap(([name, value]) => [name, String(value)]);
}
