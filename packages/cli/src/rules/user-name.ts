// Who gives a command, for whoever looks later.

import { userInfo } from 'node:os';

/** A container may run as a user that has no name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
