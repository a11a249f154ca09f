// The cluster token: a secret by which services authenticate each other without certificates.

import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { tokenKey } from '@pareto/rpc';
import type { Authenticator } from './guard.js';

const minLength = 16;
/** Bounds the work of comparing a presented token. */
const maxLength = 1_024;

/** Reads the token. Throws `failed-precondition` with one line if the file has no valid token. */
export async function readClusterToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ParetoError(
      'failed-precondition',
      `--cluster-token-file: cannot read ${file}: create it with "openssl rand -hex 32 > ${file}", and use the same file for every service`,
      { cause: error },
    );
  });
  const token = text.trim();
  if (token.length >= minLength && token.length <= maxLength && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new ParetoError(
    'failed-precondition',
    `--cluster-token-file: ${file} must contain one line of at least ${minLength} and at most ${maxLength} visible ASCII characters`,
  );
}

/** Returns the metadata that a service sends with its calls to other services. */
export const tokenMetadata = (token: string): Readonly<Record<string, string>> => ({ [tokenKey]: token });

type TokenCheck = (presented: string) => boolean;

/**
 * Returns a function that checks a presented token. It compares as many bytes as a token may have, so that its time
 * depends neither on the content of the token nor on its length. It runs for every query, and takes less than a digest.
 */
export function createTokenCheck(token: string): TokenCheck {
  const expected = Buffer.alloc(maxLength);
  expected.write(token, 'latin1');
  const padded = Buffer.alloc(maxLength);
  return (presented) => {
    if (presented.length > maxLength) return false;
    padded.fill(0, padded.write(presented, 'latin1'));
    return timingSafeEqual(padded, expected);
  };
}

/** Identifies callers by token. Does not identify the role of a service. A caller without the token is an operator. */
export function tokenAuthenticator(token: string): Authenticator {
  const isToken = createTokenCheck(token);
  const isService: Authenticator['isService'] = ({ metadata }) => isToken(metadata.get(tokenKey) ?? '');
  return {
    isService,
    denial(call, allowed) {
      if (allowed.includes('operator') || isService(call)) return undefined;
      const isPresent = call.metadata.has(tokenKey);
      return { code: 'unauthenticated', because: `metadata ${tokenKey} ${isPresent ? 'is wrong' : 'is missing'}` };
    },
  };
}
