// Cross-origin rules for browsers: the web pages that may send requests, and the headers that allow them.

import type { IncomingMessage } from 'node:http';
import { cutText } from '@pareto/core';
import { HttpError } from '../reply/status.js';

type Headers = Readonly<Record<string, string>>;

/** Allowed origins. `*` allows every page. */
export type Origins = readonly string[];

const facts = ['accuracy', 'cold-start', 'cost', 'cost-per-1k', 'decision-id', 'degraded', 'variant'];

const exposed = [
  'inference-header-content-length',
  'retry-after',
  ...[...facts, 'nearest-objective', 'table-age-ms'].map((name) => `pareto-${name}`),
].join(', ');

/**
 * Returns the headers for the reply to a page. Pages of other origins get none, so that the browser hides the reply.
 * Their POST requests are rejected with 403, since browsers may send these without a preflight request.
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
    `pages of ${cutText(origin)} may not send requests; add the origin to the router's --http-allow-origin`,
  );
}

/** Returns the headers for a browser's preflight request. Empty if the request is not one. */
export function preflightHeaders({ headers }: IncomingMessage, methods: string): Headers {
  if (headers['access-control-request-method'] === undefined) return {};
  const requestedHeaders = headers['access-control-request-headers'];
  return {
    'access-control-allow-methods': methods,
    ...(requestedHeaders === undefined ? {} : { 'access-control-allow-headers': requestedHeaders }),
    ...(headers['access-control-request-private-network'] === 'true'
      ? { 'access-control-allow-private-network': 'true' }
      : {}),
    'access-control-max-age': '600',
  };
}
