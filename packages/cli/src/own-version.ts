// The version and the commit of this command.

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Returns the version of this command. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** Returns the commit that the build has written, or `unknown` if it was built without git. */
export const ownCommit = (): Promise<string> =>
  readFile(new URL('../dist/commit.txt', import.meta.url), 'utf8')
    .catch(() => '')
    .then((commit) => commit || 'unknown');
