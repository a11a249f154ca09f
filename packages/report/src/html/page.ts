// A page that needs no other file and no network.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { json, markup, trusted, type Markup } from './markup.js';

export interface PageOptions {
  readonly title: string;
  readonly body: Markup | readonly Markup[];
  /** Data for the script, as JSON. */
  readonly data: unknown;
  /** File of the bundled script. */
  readonly script: URL;
}

const read = (file: URL): string => readFileSync(file, 'utf8');

/** Returns the text of an HTML file with the styles of all pages. */
export function formatPage({ title, body, data, ...files }: PageOptions): string {
  const script = read(files.script);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<title>${title}</title>
<style>${trusted(read(new URL('../../dist/page/main.css', import.meta.url)))}</style>
</head>
<body>
${body}
<script type="application/json" id="data">${json(data)}</script>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.html;
}

/** Lets the page run its own script alone, and load nothing. */
const contentPolicy = (script: string): string =>
  `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`;
