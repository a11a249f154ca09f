// Maps error codes to gRPC status codes and back, and metadata to plain objects.

import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { ParetoError, type ErrorCode } from '@pareto/core';
import { explainConnection } from './connection-error.js';
import { explainSizeLimit } from './size-limit.js';
import { cutDetails, trailerText } from '@pareto/protocol';
import type { TextFields } from './text-fields.js';

const statusOf: Readonly<Record<ErrorCode, status>> = {
  'invalid-argument': status.INVALID_ARGUMENT,
  'not-found': status.NOT_FOUND,
  'already-exists': status.ALREADY_EXISTS,
  aborted: status.ABORTED,
  'failed-precondition': status.FAILED_PRECONDITION,
  'resource-exhausted': status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  'deadline-exceeded': status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  unauthenticated: status.UNAUTHENTICATED,
  'permission-denied': status.PERMISSION_DENIED,
  unimplemented: status.UNIMPLEMENTED,
  'data-loss': status.DATA_LOSS,
  internal: status.INTERNAL,
};

const codeOf = new Map<number, ErrorCode>(Object.entries(statusOf).map(([code, value]) => [value, code as ErrorCode]));

/** Returns whether the status of an error lacks some of its text, which must be logged instead. */
export const hidesText = (error: unknown): boolean =>
  !(error instanceof ParetoError) || error.publicMessage !== error.message;

/** Returns the text to send for an error. The text of an error other than a ParetoError is not sent. */
const statusText = (error: unknown): string =>
  error instanceof ParetoError ? cutDetails(error.publicMessage) : 'internal error; the server has logged its cause';

/** The status of a call that did not succeed. The names of the trailers are in lower case. */
export interface Rejection {
  readonly code: status;
  readonly details: string;
  readonly trailers?: ReadonlyMap<string, string>;
}

/** Returns the status to send for an error, with `trailers` and those of the error. */
export function toRejection(error: unknown, trailers: TextFields): Rejection {
  const details = statusText(error);
  if (!(error instanceof ParetoError)) return { code: status.INTERNAL, details, trailers };
  for (const [name, value] of Object.entries(error.details)) trailers.set(name, trailerText(value));
  return { code: statusOf[error.code], details, trailers };
}

/** Returns the error code of a gRPC status. Unknown statuses become `internal`. */
export const codeOfStatus = (grpcStatus: number): ErrorCode => codeOf.get(grpcStatus) ?? 'internal';

/** Converts the error of a client's call. The details of the result contain all trailers. */
export function fromServiceError(error: ServiceError): ParetoError {
  return new ParetoError(codeOfStatus(error.code), explainConnection(explainSizeLimit(error.details)), {
    cause: error,
    details: Object.fromEntries(readMetadata(error.metadata)),
  });
}

/** Returns text metadata by name, with the first value of each name. Ignores binary (`-bin`) values. */
export function readMetadata(metadata: Metadata): Map<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(metadata.getMap())) {
    if (typeof value === 'string') map.set(name, value);
  }
  return map;
}

/** Writes text metadata to `metadata`, by default a new object, and returns it. */
export function writeMetadata(
  entries: Readonly<Record<string, string>> = {},
  metadata: Metadata = new Metadata(),
): Metadata {
  for (const name in entries) metadata.set(name, entries[name] ?? '');
  return metadata;
}
