// The error codes of HTTP/2 (RFC 9113, Section 7), and the error that ends a connection.

export const errorCodes = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  connectError: 0xa,
  enhanceYourCalm: 0xb,
  inadequateSecurity: 0xc,
  http11Required: 0xd,
} as const;

const names: readonly string[] = Object.keys(errorCodes).map((name) =>
  name.replace(/(?<=[a-z])(?=[A-Z1])/g, '_').toUpperCase(),
);

/** Returns the name of an error code as the RFC writes it. */
export const errorCodeName = (code: number): string => names[code] ?? `0x${code.toString(16)}`;

/** An error of the peer after which its connection cannot be used, with the code to send in GOAWAY. */
export class ConnectionError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'ConnectionError';
    this.code = code;
  }
}

export const protocolError = (message: string): ConnectionError =>
  new ConnectionError(errorCodes.protocolError, message);
