// The author of a rule: the subject of the caller's certificate, or what the caller says.

import { ParetoError } from '@pareto/core';
import type { ServerCall } from '@pareto/rpc';
import { plainText } from './plain-text.js';

const maxNameLength = 128;

/**
 * Returns the common name in the caller's certificate, or its role if the certificate has no name. Without certificates,
 * no author is verified: returns the name that the caller sent. Throws `invalid-argument` if that name is too long.
 */
export function actorOf(
  { peerRole, peerSubject = '' }: Pick<ServerCall, 'peerRole' | 'peerSubject'>,
  sent: string,
): string {
  if (sent.length > maxNameLength) {
    throw new ParetoError(
      'invalid-argument',
      `actor has ${sent.length} characters: expected a user name of at most ${maxNameLength}`,
    );
  }
  if (peerRole !== undefined) return plainText(peerSubject) || peerRole;
  return plainText(sent);
}
