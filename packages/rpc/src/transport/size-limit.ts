// Errors about messages over the limit, which name the flag that sets it.

import { ParetoError } from '@pareto/core';

/** Matches the whole text without a semicolon. A text with a semicolon was already explained by the peer. */
const overLimit = /^(Received message (larger|that decompresses)|Sent message larger|Attempted to send message)[^;]*$/;

/** Appends the flag to an error about the limit. Returns any other text unchanged. */
export const explainSizeLimit = (text: string): string =>
  overLimit.test(text) ? `${text}; the limit is set by --max-message-bytes` : text;

/** Creates the error of a call whose reply exceeds the limit of its receiver. */
export const receivedTooLarge = (maxBytes: number): ParetoError =>
  new ParetoError(
    'resource-exhausted',
    `the reply is larger than ${maxBytes} bytes; the limit is set by --max-message-bytes`,
  );

/** Creates the error for a reply of `bytes` over the limit. */
export const replyTooLarge = (bytes: number, maxBytes: number): ParetoError =>
  new ParetoError('resource-exhausted', explainSizeLimit(`Sent message larger than max (${bytes} vs. ${maxBytes})`));
