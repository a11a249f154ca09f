// The author of a rule: what the server knows of the caller, and what the caller says.

import { ParetoError } from '@pareto/core';
import type { ServerCall } from '@pareto/rpc';
import { plainText } from './plain-text.js';

const maxNameLength = 128;

/**
 * Returns the role in the caller's certificate and the name that it sent, such as `operator (says: ada)`, because the
 * certificate does not verify the name. Returns only the name without certificates, where no author is verified. Throws
 * `invalid-argument` if the name is too long.
 */
export function actorOf({ peerRole }: Pick<ServerCall, 'peerRole'>, sentName: string): string {
  if (sentName.length > maxNameLength) {
    throw new ParetoError(
      'invalid-argument',
      `actor has ${sentName.length} characters: expected a user name of at most ${maxNameLength}`,
    );
  }
  // Parentheses could make one name look like a role and another name.
  const name = plainText(sentName.replaceAll(/[()]/g, ' '));
  if (peerRole === undefined) return name;
  return name === '' ? peerRole : `${peerRole} (says: ${name})`;
}
