// Browsers: which pages may ask, and what they are told of that.

import type { IncomingMessage } from 'node:http';
import { HttpError } from '../reply/status.js';

type Headers = Readonly<Record<string, string>>;

/** `*` among them: every page. */
export type Origins = readonly string[];

const exposed = [
  'inference-header-content-length',
  'retry-after',
  ...['accuracy', 'cold-start', 'cost', 'decision-id', 'degraded', 'nearest-objective', 'table-age-ms', 'variant'].map(
    (name) => `pareto-${name}`,
  ),
].join(', ');

/**
 * Headers for the answer to a page. A page that may not ask gets none, so that its browser keeps the answer from it; what
 * it would change is refused (403), since a browser sends that unasked.
 */
export function originHeaders({ headers, method }: IncomingMessage, origins: Origins): Headers {
  const { origin } = headers;
  if (origin === undefined) return {};
  const isAny = origins.includes('*');
  if (isAny || origins.includes(origin)) {
    return {
      'access-control-allow-origin': isAny ? '*' : origin,
      'access-control-expose-headers': exposed,
      vary: 'Origin',
    };
  }
  if (method !== 'POST') return {};
  throw new HttpError(
    403,
    `pages of ${origin} may not ask here: the router's flag --http-allow-origin lists those that may`,
  );
}

/** What a browser asks before a page's request. */
export function preflightHeaders({ headers }: IncomingMessage, methods: string): Headers {
  if (headers['access-control-request-method'] === undefined) return {};
  const wanted = headers['access-control-request-headers'];
  return {
    'access-control-allow-methods': methods,
    ...(wanted === undefined ? {} : { 'access-control-allow-headers': wanted }),
    ...(headers['access-control-request-private-network'] === 'true'
      ? { 'access-control-allow-private-network': 'true' }
      : {}),
    'access-control-max-age': '600',
  };
}
