// Finds the users of this host whose ids processes would get.

import { readFileSync } from 'node:fs';
import { idCount } from '../start/user-ids.js';

/** Returns the users with one of the ids from `first` on that processes may get, as `daemon (1)`, in the order of the file. */
export function namedUsers(first: number, file = '/etc/passwd'): readonly string[] {
  return read(file)
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, , id = '']) => /^\d+$/.test(id) && Number(id) >= first && Number(id) < first + idCount)
    .map(([name, , id]) => `${name} (${id})`);
}

/** Returns the text of a file. Empty if it cannot be read, such as in a container without users. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
