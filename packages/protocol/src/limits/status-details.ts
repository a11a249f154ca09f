// Cuts what a reply tells about an error: headers over the limits of a client can stop its whole connection.

import type { OutgoingHttpHeaders } from 'node:http2';
import { defaultLimits } from './limits.js';

const { detailsBytes, trailerBytes } = defaultLimits;

const ellipsis = '…';
const ellipsisBytes = 9;

/**
 * Returns the message of an error as well-formed Unicode, cut to 2 KiB after percent-encoding, at the boundary of a
 * character. A cut message ends with an ellipsis.
 */
export function cutDetails(text: string): string {
  // More characters do not fit, so that a text of any length takes the same time.
  const start = text.slice(0, detailsBytes + 1).toWellFormed();
  if (encodeURI(start).length <= detailsBytes) return start;
  let bytes = 0;
  let kept = 0;
  for (const character of start) {
    bytes += encodeURI(character).length;
    if (bytes > detailsBytes - ellipsisBytes) break;
    kept += character.length;
  }
  return start.slice(0, kept) + ellipsis;
}

/** Replaces the characters that a trailer must not contain. Most texts have none, which a loop finds sooner than a match. */
export function trailerText(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return text.replace(/[^\x20-\x7e]/g, '?');
  }
  return text;
}

/** Matches the trailers that are never left out: without them, a client does not know what to do. */
const isNeeded = /^(:|grpc-|content-type$|pareto-leader$|pareto-nearest-objective$|pareto-not-executed$)/;

/** HTTP/2 counts 32 bytes for each entry in addition to its name and value. */
const sizeOf = (name: string, value: unknown): number => name.length + String(value).length + 32;

/** Returns the trailers without the longest ones that exceed 8 KiB in all, and with a cut message. */
export function cutTrailers(trailers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const entries = Object.entries(trailers);
  const total = entries.reduce((sum, [name, value]) => sum + sizeOf(name, value), 0);
  if (total <= detailsBytes) return trailers;
  let left = trailerBytes;
  const byNeedAndSize = entries
    .map(([name, value]) => ({ name, value: cutMessage(name, value), isNeeded: isNeeded.test(name) }))
    .sort((a, b) => Number(b.isNeeded) - Number(a.isNeeded) || sizeOf(a.name, a.value) - sizeOf(b.name, b.value));
  const kept = byNeedAndSize.filter((each) => (left -= sizeOf(each.name, each.value)) >= 0 || each.isNeeded);
  return Object.fromEntries(kept.map(({ name, value }) => [name, value]));
}

/** Cuts an encoded `grpc-message`. */
const cutMessage = (name: string, value: OutgoingHttpHeaders[string]): OutgoingHttpHeaders[string] =>
  name === 'grpc-message' && typeof value === 'string' && value.length > detailsBytes
    ? encodeURI(cutDetails(decodeURI(value)))
    : value;
