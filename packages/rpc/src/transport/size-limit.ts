// Adds the flag that sets the message limit to errors of grpc-js about messages over the limit.

/** Matches the whole text without a semicolon. A text with a semicolon was already explained by the peer. */
const overLimit = /^(Received message (larger|that decompresses)|Sent message larger|Attempted to send message)[^;]*$/;

/** Appends the flag to an error about the limit. Returns any other text unchanged. */
export const explainSizeLimit = (text: string): string =>
  overLimit.test(text) ? `${text}; the limit is set by --max-message-bytes` : text;
