// A `pareto` executable for scripts, whose commands run in one process.

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild, waitFor, type ChildOptions, type TempFolder } from '@pareto/testkit';

const program = fileURLToPath(new URL('pareto-server.mjs', import.meta.url));

export interface ParetoCommands extends AsyncDisposable {
  /** Folder for the PATH of scripts, with an executable `pareto` that needs curl. Prints errors to stdout. */
  readonly path: string;
}

/** Starts the process. Commands run in its folder and with its variables, whatever those of their scripts are. */
export async function startParetoCommands(folder: TempFolder, options: ChildOptions): Promise<ParetoCommands> {
  const socket = folder.file('pareto.sock');
  const child = startChild(process.execPath, [program, socket], options);
  await waitFor('the process of commands', () => child.output.includes('listening') || undefined);
  const path = folder.file('bin');
  await mkdir(path);
  const call = `curl --silent --fail-with-body --unix-socket '${socket}' --data-binary @- http://pareto`;
  await writeFile(`${path}/pareto`, `#!/bin/sh\nprintf '%s\\0' "$@" | ${call}\n`, { mode: 0o755 });
  return { path, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}
