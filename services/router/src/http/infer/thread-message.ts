// What goes between the event loop and a thread: tasks there, answers back, bytes handed over instead of copied.

import { ParetoError } from '@pareto/core';

export type ThreadReply =
  | { readonly kind: 'done'; readonly result: unknown }
  /** What a caller may read. */
  | {
      readonly kind: 'refused';
      readonly code: ParetoError['code'];
      readonly message: string;
      readonly details: ParetoError['details'];
    }
  | { readonly kind: 'defect'; readonly error: Error };

export function replyFor(error: unknown): ThreadReply {
  if (error instanceof ParetoError) {
    const { code, message, details } = error;
    return { kind: 'refused', code, message, details };
  }
  return { kind: 'defect', error: error instanceof Error ? error : new Error(String(error)) };
}

/** What the thread's function returned. Throws what it threw. */
export function resultOf(reply: ThreadReply): unknown {
  if (reply.kind === 'done') return reply.result;
  if (reply.kind === 'defect') throw reply.error;
  throw new ParetoError(reply.code, reply.message, { details: reply.details });
}

/** The same bytes; a view that came in a message is a plain one. */
export const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** The same bytes in memory of their own, which can be handed over; a copy only where others have a part of that memory. */
export const owned = (view: Uint8Array): Uint8Array =>
  view.byteLength === view.buffer.byteLength ? view : new Uint8Array(view);

/** What to hand over with a message that has these views. */
export const memoryOf = (views: readonly Uint8Array[]): ArrayBuffer[] => [
  ...new Set(views.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer)),
];
