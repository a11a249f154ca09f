// Explains the errors of grpc-js for a connection that failed.

const notConnected = /^No connection established\. Last error: (.*?)\s*(?:Resolution note: )?$/s;

const meanings: readonly (readonly [RegExp, string])[] = [
  [/wrong version number/, 'the server uses plain text instead of TLS: it has no certificates'],
  [/certificate required|alert number 116/, 'the server requires a client certificate'],
  [
    /self-signed certificate|unable to (verify|get (local )?issuer)|certificate signature failure/,
    'the server certificate was not issued by the authority in ca.crt',
  ],
  [/certificate has expired/, 'the server certificate has expired'],
  [
    /^Failed to connect|^socket hang up|ECONNRESET/,
    'the server closed the connection: it may require TLS, or have rejected the client certificate',
  ],
];

/** Adds the likely cause to a connection error. Returns any other text unchanged. */
export function explainConnection(text: string): string {
  const [, found] = notConnected.exec(text) ?? [];
  if (found === undefined) return text;
  const cause = found.replace(/\.$/, '').trim();
  const meaning = meanings.find(([pattern]) => pattern.test(cause));
  return `No connection established. Last error: ${meaning === undefined ? cause : `${meaning[1]} (${cause})`}`;
}
