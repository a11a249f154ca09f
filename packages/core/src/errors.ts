// The closed set of error codes. `packages/rpc` maps each code to a gRPC status.

import { hidePaths } from './texts/hide-paths.js';

export const errorCodes = [
  'invalid-argument',
  'not-found',
  'already-exists',
  'aborted',
  'failed-precondition',
  'resource-exhausted',
  'unavailable',
  'deadline-exceeded',
  'cancelled',
  'unauthenticated',
  'permission-denied',
  'unimplemented',
  'data-loss',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * An error whose message may be shown to the caller: it names what was wrong, what was expected, and what to do.
 * `details` are sent in trailers under their names (`pareto-...`). `paths` are the paths of this machine's file system in
 * the message. Any other thrown value becomes `internal`: its text is logged and not sent.
 */
export class ParetoError extends Error {
  override readonly name = 'ParetoError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string>>;
  /** The message for callers on other machines, without the folders of `paths`. */
  readonly publicMessage: string;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly details?: Readonly<Record<string, string>>;
      readonly paths?: readonly string[];
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.publicMessage = hidePaths(message, options.paths ?? []);
  }
}

/**
 * Returns the error that `create` returns, without a stack. Finding the stack takes most of the time of creating an error, and
 * the one of an expected outcome, such as a rejected query, is not needed.
 */
export function withoutStack<E extends Error>(create: () => E): E {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Returns the text of a thrown value, for the log. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the text of a thrown value for other machines, without the folders of the paths in it. */
export function publicText(error: unknown): string {
  return error instanceof ParetoError ? error.publicMessage : hidePaths(errorText(error), systemPaths(error));
}

/** Returns the paths that Node adds to an error of the file system. */
function systemPaths(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const values: readonly unknown[] = ['path' in error && error.path, 'dest' in error && error.dest];
  return values.filter((value) => typeof value === 'string');
}

const fullDiskCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** Returns whether the system reported, as this error or as one of its causes, that a disk or a quota is full. */
export function isDiskFull(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && fullDiskCodes.has(each.code)) return true;
  }
  return false;
}
