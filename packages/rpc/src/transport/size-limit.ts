// grpc-js's words for a message over the limit, with the flag that sets it.

/** To their end, which has no semicolon: the peer has explained what goes on after that. */
const overLimit = /^(Received message (larger|that decompresses)|Sent message larger|Attempted to send message)[^;]*$/;

/** Any other text stays as it is. */
export const explainSizeLimit = (text: string): string =>
  overLimit.test(text) ? `${text}; the limit is set by --max-message-bytes` : text;
