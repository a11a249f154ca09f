// Creates an authority for development, and issues certificates.

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { isServiceRole, roleUri, type Role } from '@pareto/rpc';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const authorityDays = 3_650;
/** Time by which certificates are backdated, since clocks of machines differ. */
const backdatedMs = 3_600_000;

/** Certificate and private key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** Expiry in ms since the Unix epoch. */
  readonly endsAt: number;
}

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** Creates an authority that is valid for ten years. `now` is in ms since the Unix epoch. */
export async function createAuthority(now: number): Promise<Authority> {
  const keys = await generateKeys();
  const endsAt = now + authorityDays * dayMs;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Pareto development authority',
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(endsAt),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await exportKey(keys.privateKey), endsAt };
}

/** Returns an existing authority from its PEM files. */
export const readAuthority = ({ certificate, key }: KeyPair): Authority => ({
  certificate,
  key,
  endsAt: new X509Certificate(certificate).notAfter.getTime(),
});

export interface IssueOptions {
  readonly role: Role;
  /** Host names and addresses of the service. */
  readonly hosts: readonly string[];
  readonly now: number;
  readonly endsAt: number;
}

export async function issueCertificate(
  authority: Authority,
  { role, hosts, now, endsAt }: IssueOptions,
): Promise<KeyPair> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await generateKeys();
  const names = hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const);
  const usages = [ExtendedKeyUsage.clientAuth, ...(isServiceRole(role) ? [ExtendedKeyUsage.serverAuth] : [])];
  const certificate = await X509CertificateGenerator.create({
    issuer: issuer.subject,
    subject: `CN=pareto ${role}`,
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(endsAt),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(usages),
      new SubjectAlternativeNameExtension([{ type: 'url', value: roleUri(role) }, ...names]),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await exportKey(keys.privateKey) };
}

const importKey = (pem: string): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pem), algorithm, false, ['sign']);
