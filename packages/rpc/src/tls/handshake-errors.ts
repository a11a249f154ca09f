// Describes failed handshakes, since the codes of OpenSSL and Node are hard to understand.

import type { TLSSocket } from 'node:tls';

const otherAuthority = "the client's certificate was issued by another authority";

const verification: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the client's certificate has expired",
  CERT_NOT_YET_VALID: "the client's certificate is not valid yet: check the clocks",
  INVALID_PURPOSE: "the client's certificate is not for clients (extended key usage)",
  DEPTH_ZERO_SELF_SIGNED_CERT: otherAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: otherAuthority,
  UNABLE_TO_GET_ISSUER_CERT: otherAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: otherAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: otherAuthority,
  CERT_SIGNATURE_FAILURE: otherAuthority,
};

const handshake: Readonly<Record<string, string>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'the client presented no certificate',
  ERR_SSL_HTTP_REQUEST: 'the client sent plain text to a TLS port',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the client sent plain text to a TLS port',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the client does not support TLS 1.2 or newer',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'the client does not support HTTP/2',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the client did not complete the handshake in time',
};

/** Describes why a certificate was rejected, by OpenSSL's code. */
export const describeVerification = (code: string): string =>
  verification[code] ?? `the client's certificate is invalid: ${code}`;

/**
 * Describes why a handshake failed. Undefined if the peer disconnected without sending a byte, as a port probe does.
 */
export function describeHandshake(error: Error & { readonly code?: string }, socket: TLSSocket): string | undefined {
  // Node's types lack null, which is the value before an error.
  const refused = socket.authorizationError as Error | string | null | undefined;
  if (refused !== null && refused !== undefined) return describeVerification(String(refused));
  const code = error.code ?? '';
  if (code === 'ECONNRESET' && socket.bytesRead === 0) return undefined;
  if (/^ERR_SSL_(SSL\/?)?TLSV?\d*_ALERT|_ALERT_/.test(code))
    return `the client rejected the server's certificate: ${code}`;
  return handshake[code] ?? `the handshake failed: ${error.message}`;
}
