// Results of runs that have ended, so that a comparison that was stopped can continue.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface StoredResults<T> {
  /** Returns the result of the run, from the folder if it is there. It is computed once, however often it is asked for. */
  readonly of: (run: string, compute: () => Promise<T>) => Promise<T>;
}

/** Opens the folder, empty unless `resume` is set. `kind` states what the results depend on besides the run: others are not used. */
export function openStoredResults<T>(folder: string, kind: string, resume: boolean): StoredResults<T> {
  if (!resume) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pending = new Map<string, Promise<T>>();
  return {
    async of(run, compute) {
      const known = pending.get(run);
      if (known !== undefined) return known;
      const result = load(run, compute);
      pending.set(run, result);
      return result;
    },
  };

  async function load(run: string, compute: () => Promise<T>): Promise<T> {
    const file = join(folder, `${run.replaceAll(/[^\w-]+/g, '-')}.json`);
    if (existsSync(file)) {
      const stored = JSON.parse(readFileSync(file, 'utf8')) as { readonly kind: string; readonly result: T };
      if (stored.kind === kind) return stored.result;
    }
    const result = await compute();
    // A run that is stopped while it writes leaves no file.
    writeFileSync(`${file}.new`, JSON.stringify({ kind, result }));
    renameSync(`${file}.new`, file);
    return result;
  }
}
