// The cluster's secret: how services know each other where there are no certificates.

import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { tokenKey } from '@pareto/rpc';
import type { Authenticator } from './callers.js';

const minimumLength = 16;

/** Throws one clear line when there is no secret in the file. */
export async function readClusterToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ParetoError(
      'failed-precondition',
      `--cluster-token-file: cannot read ${file}: make it with "openssl rand -hex 32 > ${file}", the same for every service`,
      { cause: error },
    );
  });
  const token = text.trim();
  if (token.length >= minimumLength && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new ParetoError(
    'failed-precondition',
    `--cluster-token-file: ${file} must hold one line of at least ${minimumLength} visible ASCII characters`,
  );
}

/** What a service sends with its calls to another. */
export const tokenMetadata = (token: string): Readonly<Record<string, string>> => ({ [tokenKey]: token });

interface Call {
  readonly metadata: ReadonlyMap<string, string>;
}

/** Whether the call carries the cluster's secret: it comes from one of its services. Its time tells the length alone. */
function hasToken({ metadata }: Call, token: string): boolean {
  const presented = Buffer.from(metadata.get(tokenKey) ?? '');
  const expected = Buffer.from(token);
  return presented.length === expected.length && timingSafeEqual(presented, expected);
}

/** A token says of no service which one it is; without it a caller is an operator. */
export const tokenAuthenticator = (token: string): Authenticator => ({
  isService: (call) => hasToken(call, token),
  denial(call, allowed) {
    if (allowed.includes('operator') || hasToken(call, token)) return undefined;
    const isPresent = call.metadata.has(tokenKey);
    return { code: 'unauthenticated', because: `metadata ${tokenKey} ${isPresent ? 'is wrong' : 'is missing'}` };
  },
});
