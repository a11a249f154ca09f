// Why a handshake failed, in words: OpenSSL's and Node's codes say little.

import type { TLSSocket } from 'node:tls';

const otherAuthority = "the client's certificate is of another authority";

const verification: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the client's certificate has ended",
  CERT_NOT_YET_VALID: "the client's certificate is not valid yet: are the clocks right?",
  INVALID_PURPOSE: "the client's certificate is not meant for clients (extended key usage)",
  DEPTH_ZERO_SELF_SIGNED_CERT: otherAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: otherAuthority,
  UNABLE_TO_GET_ISSUER_CERT: otherAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: otherAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: otherAuthority,
  CERT_SIGNATURE_FAILURE: otherAuthority,
};

const handshake: Readonly<Record<string, string>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'the client showed no certificate',
  ERR_SSL_HTTP_REQUEST: 'it sent plain text to a TLS port',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it sent plain text to a TLS port',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks no TLS of version 1.2 or newer',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'it speaks TLS, but not HTTP/2',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'it did not finish the handshake in time',
};

/** Of a certificate that was shown, by OpenSSL's code. */
export const describeVerification = (code: string): string =>
  verification[code] ?? `the client's certificate does not hold: ${code}`;

/** Undefined when the peer went away before it said anything, as a probe of the port does. */
export function describeHandshake(error: Error & { readonly code?: string }, socket: TLSSocket): string | undefined {
  // Node's types don't say that it is null until there is one.
  const refused = socket.authorizationError as Error | string | null | undefined;
  if (refused !== null && refused !== undefined) return describeVerification(String(refused));
  const code = error.code ?? '';
  if (code === 'ECONNRESET' && socket.bytesRead === 0) return undefined;
  if (/^ERR_SSL_(SSL\/?)?TLSV?\d*_ALERT|_ALERT_/.test(code))
    return `the client does not accept this certificate: ${code}`;
  return handshake[code] ?? `the handshake failed: ${error.message}`;
}
