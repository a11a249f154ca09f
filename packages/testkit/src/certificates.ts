// Certificate authorities and certificates for tests, valid and invalid.

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@pareto/core';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

export interface IssueOptions {
  /** Alternative names that are URIs. */
  readonly uris?: readonly string[];
  /** Host names and addresses of the server. Those of loopback by default. */
  readonly hosts?: readonly string[];
  /** Common name of the subject. */
  readonly commonName?: string;
  /** Days until expiry. An expired certificate starts a year before its end. */
  readonly endsInDays?: number;
  /** Extended key usages. Server and client by default. */
  readonly usages?: readonly string[];
}

/** A certificate with its key and authority, in PEM. */
export interface IssuedCertificate {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export interface TestAuthority {
  /** Certificate of the authority, in PEM. */
  readonly ca: string;
  /** Expired certificate of the same key, in PEM. */
  readonly endedCa: string;
  issue(options?: IssueOptions): Promise<IssuedCertificate>;
}

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** Creates an authority with a key of its own. All authorities have the same name. */
export async function createTestAuthority(): Promise<TestAuthority> {
  const keys = await generateKeys();
  const now = systemClock.wallMs();
  const sign = (endsInDays: number): Promise<x509.X509Certificate> =>
    x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=Test authority',
      notBefore: new Date(now - 400 * dayMs),
      notAfter: new Date(now + endsInDays * dayMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
  const [ended, root] = [await sign(-1), await sign(400)];
  const ca = root.toString('pem');
  return {
    ca,
    endedCa: ended.toString('pem'),
    async issue(options = {}) {
      const own = await generateKeys();
      const { uris = [], hosts = ['localhost', '127.0.0.1', '::1'], endsInDays = 100, commonName = 'test' } = options;
      const { usages = [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth] } = options;
      const names = [
        ...uris.map((value) => ({ type: 'url', value }) as const),
        ...hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
      ];
      const certificate = await x509.X509CertificateGenerator.create({
        issuer: root.subject,
        subject: `CN=${commonName}`,
        notBefore: new Date(now + Math.min(-1, endsInDays - 365) * dayMs),
        notAfter: new Date(now + endsInDays * dayMs),
        signingAlgorithm: algorithm,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.ExtendedKeyUsageExtension([...usages]),
          ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
        ],
      });
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
      return { ca, certificate: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
    },
  };
}

/** Writes ca.crt, tls.crt and tls.key, and replaces existing ones. */
export async function writeCertificates(folder: string, { ca, certificate, key }: IssuedCertificate): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'ca.crt'), ca);
  await writeFile(join(folder, 'tls.crt'), certificate);
  await writeFile(join(folder, 'tls.key'), key, { mode: 0o600 });
}
