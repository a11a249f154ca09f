// The cluster token: a secret by which services authenticate each other without certificates.

import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { tokenKey } from '@pareto/rpc';
import type { Authenticator } from './callers.js';

const minLength = 16;

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
  if (token.length >= minLength && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new ParetoError(
    'failed-precondition',
    `--cluster-token-file: ${file} must contain one line of at least ${minLength} visible ASCII characters`,
  );
}

/** Returns the metadata that a service sends with its calls to other services. */
export const tokenMetadata = (token: string): Readonly<Record<string, string>> => ({ [tokenKey]: token });

interface Call {
  readonly metadata: ReadonlyMap<string, string>;
}

/** Returns whether a call carries the token. Takes constant time, except that it reveals the token's length. */
function hasToken({ metadata }: Call, token: string): boolean {
  const presented = Buffer.from(metadata.get(tokenKey) ?? '');
  const expected = Buffer.from(token);
  return presented.length === expected.length && timingSafeEqual(presented, expected);
}

/** Identifies callers by token. Does not identify the role of a service. A caller without the token is an operator. */
export const tokenAuthenticator = (token: string): Authenticator => ({
  isService: (call) => hasToken(call, token),
  denial(call, allowed) {
    if (allowed.includes('operator') || hasToken(call, token)) return undefined;
    const isPresent = call.metadata.has(tokenKey);
    return { code: 'unauthenticated', because: `metadata ${tokenKey} ${isPresent ? 'is wrong' : 'is missing'}` };
  },
});
