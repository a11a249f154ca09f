// Name of the user, which is stored with the rules that they set.

import { userInfo } from 'node:os';

/** Returns the user's name, or `unknown` if the user has none, as in some containers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
