// grpc-js's words for a message over the limit, with the flag that sets it.

const overLimit = /^(Received message (larger|that decompresses)|Sent message larger|Attempted to send message)/;
const advice = '; the limit is set by --max-message-bytes';

/** Any other text stays as it is. */
export const explainSizeLimit = (text: string): string =>
  overLimit.test(text) && !text.endsWith(advice) ? `${text}${advice}` : text;
