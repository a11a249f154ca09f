// Writes the report files.

import { open, writeFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { formatHtml } from '../html/format-html.js';
import type { LoadRun } from '../tally/load-run.js';
import { describeRun } from './describe-run.js';

/** Files to write, each with the flag that names it. */
export interface ReportFiles {
  readonly json?: string;
  readonly html?: string;
}

export const formatJson = (run: LoadRun): string => JSON.stringify(run, undefined, 2);

const formats: { readonly [K in keyof Required<ReportFiles>]: (run: LoadRun) => string } = {
  json: formatJson,
  html: (run) => formatHtml(describeRun(run), run),
};

type FileKind = keyof ReportFiles;

const namedFiles = (files: ReportFiles): readonly (readonly [FileKind, string])[] =>
  (Object.keys(formats) as readonly FileKind[]).flatMap((kind) => {
    const file = files[kind];
    return file === undefined ? [] : [[kind, file] as const];
  });

/** Throws `invalid-argument` for a file that cannot be written, so that a long run is not lost. */
export async function checkWritable(files: ReportFiles): Promise<void> {
  for (const [kind, file] of namedFiles(files)) {
    try {
      await (await open(file, 'a')).close();
    } catch (error) {
      const problem = `--${kind}: ${file} cannot be written: ${(error as Error).message}`;
      throw new ParetoError('invalid-argument', problem, { cause: error });
    }
  }
}

export async function writeReports(run: LoadRun, files: ReportFiles): Promise<void> {
  for (const [kind, file] of namedFiles(files)) await writeFile(file, `${formats[kind](run)}\n`);
}
