// Limits of what is fetched from one source, and of what one archive contains.

import { ParetoError } from '@pareto/core';

export interface TransferLimits {
  readonly maxFiles: number;
  /** Limit of the size of all files. */
  readonly maxBytes: number;
}

/** Counts what was received. Each method throws `invalid-argument` if a limit is exceeded. */
export interface TransferCount {
  addFile(): void;
  addBytes(bytes: number): void;
  /** Checks an announced size, so that nothing is received of a file that does not fit. */
  expectBytes(bytes: number): void;
}

/** `what` names the source or the archive in errors. */
export function createTransferCount(what: string, { maxFiles, maxBytes }: TransferLimits): TransferCount {
  let [files, left] = [0, maxBytes];
  const invalid = (why: string): ParetoError => new ParetoError('invalid-argument', `${what} has more than ${why}`);
  const expectBytes = (bytes: number): void => {
    if (bytes > left) throw invalid(`${maxBytes} bytes: raise the limit with --max-download-gib if you trust it`);
  };
  return {
    addFile() {
      files += 1;
      if (files > maxFiles) throw invalid(`${maxFiles} files: register its models in parts`);
    },
    addBytes(bytes) {
      expectBytes(bytes);
      left -= bytes;
    },
    expectBytes,
  };
}
