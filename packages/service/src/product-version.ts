// The version of this release.

import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');

export const productVersion: string = (JSON.parse(text) as { readonly version: string }).version;
