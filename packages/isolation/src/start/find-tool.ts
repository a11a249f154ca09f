// Finds the programs of the system.

import { existsSync } from 'node:fs';

/** Returns the path of a program. Undefined if it is not installed. */
export const findTool = (name: string): string | undefined =>
  ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((folder) => `${folder}/${name}`).find((file) => existsSync(file));
