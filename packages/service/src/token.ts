// The cluster's secret: how services know each other where there are no certificates.

import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { tokenKey } from '@pareto/rpc';

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
export function hasToken({ metadata }: Call, token: string): boolean {
  const given = Buffer.from(metadata.get(tokenKey) ?? '');
  const expected = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Throws `unauthenticated` unless `hasToken`. */
export function requireToken(call: Call, token: string): void {
  if (hasToken(call, token)) return;
  const given = call.metadata.get(tokenKey);
  throw new ParetoError(
    'unauthenticated',
    `this call is for the cluster's own services: metadata ${tokenKey} ${given === undefined ? 'is missing' : 'is wrong'}`,
  );
}
