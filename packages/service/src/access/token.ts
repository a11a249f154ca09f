// The cluster token: a secret by which services authenticate each other without certificates.

import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { tokenKey } from '@pareto/protocol';
import type { Authenticator } from './guard.js';

const minLength = 16;
/** Bounds the work of comparing a presented token. */
const maxLength = 1_024;
/** Length up to which a token is compared in less time. The recommended one has 64 characters. */
const usualLength = 256;

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
 * Returns a function that checks a presented token. It always compares as many bytes, so that its time depends neither on the
 * content of the token nor on its length, except that a token of more than 256 characters takes longer. It runs for every
 * query, and takes less than a digest.
 */
export function createTokenCheck(token: string): TokenCheck {
  const bytes = token.length <= usualLength ? usualLength : maxLength;
  const expected = Buffer.alloc(bytes);
  expected.write(token, 'latin1');
  const padded = Buffer.alloc(bytes);
  return (presented) => {
    if (presented.length > bytes) return false;
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
