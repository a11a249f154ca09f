// Ids of decisions: `router.seq.nonce`. The nonce is random, so that only callers who received an id can use it.

import { randomFillSync } from 'node:crypto';
import { ParetoError } from '@pareto/core';

export interface DecisionId {
  readonly router: string;
  readonly seq: number;
  /** 64 random bits in hexadecimal. Empty in ids of routers of release 0.2. */
  readonly nonce: string;
}

export const formatDecisionId = ({ router, seq, nonce }: DecisionId): string => `${router}.${seq}.${nonce}`;

/** Parses an id, with or without a nonce. Throws `invalid-argument`. */
export function parseDecisionId(text: string): DecisionId {
  const [, router, digits, nonce = ''] = /^(.{1,200}?)\.(\d{1,15})(?:\.([0-9a-f]{16}))?$/.exec(text) ?? [];
  if (router !== undefined && digits !== undefined) return { router, seq: Number(digits), nonce };
  throw new ParetoError(
    'invalid-argument',
    `decision id ${JSON.stringify(text.slice(0, 200))} is not valid: expected the pareto-decision-id of an answer, in the form ROUTER.NUMBER.NONCE`,
  );
}

/** Length of a nonce before its encoding in hexadecimal. */
export const nonceBytes = 8;
const noncesPerFill = 512;

/** Returns a function that creates nonces. Random bytes come from `fill`, for many nonces at a time. */
export function createNonces(fill: (bytes: Uint8Array) => void = randomFillSync): () => string {
  const pool = Buffer.alloc(noncesPerFill * nonceBytes);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      fill(pool);
      used = 0;
    }
    used += nonceBytes;
    return pool.toString('hex', used - nonceBytes, used);
  };
}
