// A folder of certificates, by the names that Kubernetes gives them: ca.crt, tls.crt, tls.key. Read, and held against what
// must be true of them before anything is made from them.

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { errorText, ParetoError } from '@pareto/core';
import type { TlsMaterial } from './material.js';
import { describeRole, roleOf, type Role } from './role.js';

export const certificateFiles = { ca: 'ca.crt', certificate: 'tls.crt', key: 'tls.key' } as const;

export interface CertificateFiles {
  readonly ca: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** A whole set that fits together, and what it says of its holder. */
export interface Certificates {
  readonly material: TlsMaterial;
  readonly role: Role;
  /** When the first of them ends, in ms since the Unix epoch. */
  readonly endsAt: number;
}

const refuse = (message: string, cause?: unknown): ParetoError =>
  new ParetoError('failed-precondition', message, { cause });

/** Throws `failed-precondition` that names the file. */
export async function readCertificateFile(folder: string, name: string): Promise<Buffer> {
  return readFile(join(folder, name)).catch((error: unknown) => {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw refuse(missing ? `there is no ${name} in it` : `${name} can't be read: ${errorText(error)}`, error);
  });
}

export async function readCertificateFiles(folder: string): Promise<CertificateFiles> {
  const { ca, certificate, key } = certificateFiles;
  return {
    ca: await readCertificateFile(folder, ca),
    certificate: await readCertificateFile(folder, certificate),
    key: await readCertificateFile(folder, key),
  };
}

/** Throws `failed-precondition` that names the file and says what is wrong with it. `now` is in ms since the Unix epoch. */
export function checkCertificates({ ca, certificate, key }: CertificateFiles, now: number): Certificates {
  const authorities = parseAuthorities(ca);
  const [own, ...others] = parseChain(certificateFiles.certificate, certificate);
  checkKey(own, key);
  const issuers = findIssuers(own, others, authorities);
  const chain = [own, ...issuers];
  for (const one of chain) checkTime(one, one === own ? certificateFiles.certificate : certificateFiles.ca, now);
  const role = roleOf(own.subjectAltName);
  if (role === undefined) {
    throw refuse('tls.crt names no role: among its alternative names must be one URI like spiffe://pareto/router');
  }
  checkUsage(own, role);
  checkUsable({ ca, cert: certificate, key });
  return { material: { ca, identity: { certificate, key } }, role, endsAt: Math.min(...chain.map(endOf)) };
}

/** What only OpenSSL objects to, such as a key that is too short. */
function checkUsable(context: SecureContextOptions): void {
  try {
    createSecureContext(context);
  } catch (error) {
    throw refuse(`they can't be used: ${errorText(error)}`, error);
  }
}

const endOf = (certificate: X509Certificate): number => Date.parse(certificate.validTo);

/** The certificates of ca.crt. Throws `failed-precondition`. */
export const parseAuthorities = (ca: Buffer): readonly X509Certificate[] => parseChain(certificateFiles.ca, ca);

const pemPattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function parseChain(name: string, pem: Buffer): readonly [X509Certificate, ...X509Certificate[]] {
  const [first, ...rest] = pem.toString('latin1').match(pemPattern) ?? [];
  if (first === undefined) throw refuse(`${name} holds no certificate: expected -----BEGIN CERTIFICATE-----`);
  try {
    return [new X509Certificate(first), ...rest.map((block) => new X509Certificate(block))];
  } catch (error) {
    throw refuse(`${name} holds a certificate that can't be read: ${errorText(error)}`, error);
  }
}

function checkKey(own: X509Certificate, pem: Buffer): void {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw refuse(
      'tls.key holds no private key that can be read: expected -----BEGIN PRIVATE KEY-----, without a password',
      error,
    );
  }
  if (!own.checkPrivateKey(key)) throw refuse('tls.key is not the key of tls.crt: they must come from one issue');
}

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** Services are called and call: without either, the handshake fails at the peer, which says it less plainly. */
function checkUsage(own: X509Certificate, role: Role): void {
  const usages = own.keyUsage as readonly string[] | undefined;
  const needed = role === 'operator' ? [clientAuth] : [serverAuth, clientAuth];
  if (usages === undefined || needed.every((usage) => usages.includes(usage))) return;
  throw refuse(
    `tls.crt is not for all that ${describeRole(role)} is used for: its extended key usage needs client auth${role === 'operator' ? '' : ' and server auth'}`,
  );
}

function checkTime(certificate: X509Certificate, name: string, now: number): void {
  if (now >= endOf(certificate)) {
    throw refuse(
      `${name} ended on ${certificate.validTo}: have a new one issued, e.g. with 'pareto certs init --renew'`,
    );
  }
  if (now < Date.parse(certificate.validFrom)) {
    throw refuse(`${name} is valid from ${certificate.validFrom} only: is this machine's clock right?`);
  }
}

/** From the one that issued `own` up to the root, which must be in ca.crt. */
function findIssuers(
  own: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): readonly X509Certificate[] {
  const issuers: X509Certificate[] = [];
  // Of one key there may be an old and a new one: OpenSSL, too, takes the one that holds.
  const candidates = [authorities, others].flatMap((list) => list.toSorted((a, b) => endOf(b) - endOf(a)));
  for (let last = own; !isRoot(last) || !authorities.includes(last);) {
    const issuer = candidates.find(
      (one) => !issuers.includes(one) && last.checkIssued(one) && last.verify(one.publicKey),
    );
    if (issuer === undefined) {
      throw refuse(
        'tls.crt is not issued by the authority in ca.crt (its root must be there, other authorities may be in tls.crt)',
      );
    }
    issuers.push(issuer);
    last = issuer;
  }
  return issuers;
}

const isRoot = (certificate: X509Certificate): boolean => certificate.checkIssued(certificate);
