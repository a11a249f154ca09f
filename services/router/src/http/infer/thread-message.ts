// The messages between the event loop and a thread. Memory is transferred instead of copied.

import { ParetoError } from '@pareto/core';

export type ThreadReply =
  | { readonly kind: 'done'; readonly result: unknown }
  /** An error for the caller. */
  | {
      readonly kind: 'rejected';
      readonly code: ParetoError['code'];
      readonly message: string;
      readonly details: ParetoError['details'];
    }
  | { readonly kind: 'defect'; readonly error: Error };

export function replyFor(error: unknown): ThreadReply {
  if (error instanceof ParetoError) {
    const { code, message, details } = error;
    return { kind: 'rejected', code, message, details };
  }
  return { kind: 'defect', error: error instanceof Error ? error : new Error(String(error)) };
}

/** Returns the result of a task, or throws its error. */
export function resultOf(reply: ThreadReply): unknown {
  if (reply.kind === 'done') return reply.result;
  if (reply.kind === 'defect') throw reply.error;
  throw new ParetoError(reply.code, reply.message, { details: reply.details });
}

/** Returns a Buffer on the same memory. A received view is a plain Uint8Array. */
export const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Returns whether the bytes share their memory with no other data, so that it can be transferred. */
export const isOwned = (view: Uint8Array): boolean => view.byteLength === view.buffer.byteLength;

/** Returns the bytes in memory of their own. Copies them if they share it. */
export const owned = (view: Uint8Array): Uint8Array => (isOwned(view) ? view : new Uint8Array(view));

/** Returns the memory to transfer with a message that contains the views. */
export const memoryOf = (views: readonly Uint8Array[]): ArrayBuffer[] => [
  ...new Set(views.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer)),
];
