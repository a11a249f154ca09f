// The script and the styles of the page, which the build bundles from the folder `page`.

import { readFileSync } from 'node:fs';

export interface PageAssets {
  readonly script: string;
  readonly styles: string;
}

export function readPageAssets(): PageAssets {
  const read = (name: string): string => readFileSync(new URL(`../../dist/page/${name}`, import.meta.url), 'utf8');
  return { script: read('main.js'), styles: read('main.css') };
}
