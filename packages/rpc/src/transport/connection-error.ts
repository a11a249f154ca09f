// grpc-js's words for a connection that did not come about, with what they most likely mean.

const notConnected = /^No connection established\. Last error: (.*?)\s*(?:Resolution note: )?$/s;

const meanings: readonly (readonly [RegExp, string])[] = [
  [/wrong version number/, 'it speaks plain text, and TLS was expected: it has no certificates'],
  [/certificate required|alert number 116/, 'it wants a certificate of the client'],
  [
    /self-signed certificate|unable to (verify|get (local )?issuer)|certificate signature failure/,
    'its certificate is not of the authority in ca.crt',
  ],
  [/certificate has expired/, 'its certificate has ended'],
  [
    /^Failed to connect|^socket hang up|ECONNRESET/,
    'it hung up: it may want TLS, or not take the certificate it was shown',
  ],
];

/** Any other text stays as it is. */
export function explainConnection(text: string): string {
  const [, found] = notConnected.exec(text) ?? [];
  if (found === undefined) return text;
  const cause = found.replace(/\.$/, '').trim();
  const meaning = meanings.find(([pattern]) => pattern.test(cause));
  return `No connection established. Last error: ${meaning === undefined ? cause : `${meaning[1]} (${cause})`}`;
}
