// Reads and validates a folder of certificates, whose files have the names that Kubernetes uses: ca.crt, tls.crt and
// tls.key.

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { errorText, ParetoError } from '@pareto/core';
import type { TlsMaterial } from './material.js';
import { describeRole, isServiceRole, roleOf, type Role } from './role.js';

export const certificateFiles = { ca: 'ca.crt', certificate: 'tls.crt', key: 'tls.key' } as const;

export interface CertificateFiles {
  readonly ca: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** A validated set of certificates, and the role of its holder. */
export interface Certificates {
  readonly material: TlsMaterial;
  readonly role: Role;
  /** Time when the first certificate expires, in ms since the Unix epoch. */
  readonly endsAt: number;
}

const certificateError = (message: string, cause?: unknown): ParetoError =>
  new ParetoError('failed-precondition', message, { cause });

/** Throws `failed-precondition`, which names the file, if it cannot be read. */
export async function readCertificateFile(folder: string, name: string): Promise<Buffer> {
  return readFile(join(folder, name)).catch((error: unknown) => {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw certificateError(
      missing ? `there is no ${name} in it` : `${name} cannot be read: ${errorText(error)}`,
      error,
    );
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

/**
 * Throws `failed-precondition`, which names the file and the fault, if the set is invalid. `now` is in ms since the
 * Unix epoch.
 */
export function checkCertificates({ ca, certificate, key }: CertificateFiles, now: number): Certificates {
  const authorities = parseChain(certificateFiles.ca, ca);
  const [own, ...others] = parseChain(certificateFiles.certificate, certificate);
  checkKey(own, key);
  const issuers = findIssuers(own, others, authorities);
  const chain = [own, ...issuers];
  for (const one of chain) checkTime(one, one === own ? certificateFiles.certificate : certificateFiles.ca, now);
  const role = roleOf(own.subjectAltName);
  if (role === undefined) {
    throw certificateError(
      'tls.crt names no role, or several: one of its alternative names must be a URI like spiffe://pareto/router',
    );
  }
  checkUsage(own, role);
  checkUsable({ ca, cert: certificate, key });
  return { material: { ca, identity: { certificate, key } }, role, endsAt: Math.min(...chain.map(endOf)) };
}

/** Checks what only OpenSSL checks, for example the length of the key. */
function checkUsable(context: SecureContextOptions): void {
  try {
    createSecureContext(context);
  } catch (error) {
    throw certificateError(`OpenSSL rejects the certificates: ${errorText(error)}`, error);
  }
}

const endOf = (certificate: X509Certificate): number => Date.parse(certificate.validTo);

const pemPattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Parses the certificates of a file. Throws `failed-precondition` if there is none, or if one is malformed. */
export function parseChain(name: string, pem: Buffer): readonly [X509Certificate, ...X509Certificate[]] {
  const [first, ...rest] = pem.toString('latin1').match(pemPattern) ?? [];
  if (first === undefined)
    throw certificateError(`${name} contains no certificate: expected -----BEGIN CERTIFICATE-----`);
  try {
    return [new X509Certificate(first), ...rest.map((block) => new X509Certificate(block))];
  } catch (error) {
    throw certificateError(`${name} contains a malformed certificate: ${errorText(error)}`, error);
  }
}

function checkKey(own: X509Certificate, pem: Buffer): void {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw certificateError(
      'tls.key contains no readable private key: expected -----BEGIN PRIVATE KEY-----, without a password',
      error,
    );
  }
  if (!own.checkPrivateKey(key))
    throw certificateError('tls.key is not the key of tls.crt: replace both with files that were issued together');
}

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** Checks the extended key usage here, since the handshake with the peer would fail with a less helpful error. */
function checkUsage(own: X509Certificate, role: Role): void {
  const usages = own.keyUsage as readonly string[] | undefined;
  const needed = isServiceRole(role) ? [serverAuth, clientAuth] : [clientAuth];
  if (usages === undefined || needed.every((usage) => usages.includes(usage))) return;
  throw certificateError(
    `tls.crt is ${describeRole(role)}: its extended key usage needs client auth${isServiceRole(role) ? ' and server auth' : ''}`,
  );
}

function checkTime(certificate: X509Certificate, name: string, now: number): void {
  if (now >= endOf(certificate)) {
    throw certificateError(
      `${name} expired on ${certificate.validTo}: issue a new one, e.g. with 'pareto certs init --renew'`,
    );
  }
  if (now < Date.parse(certificate.validFrom)) {
    throw certificateError(`${name} is not valid before ${certificate.validFrom}: check the clock of this machine`);
  }
}

/** Returns the issuers of `own`, from its direct issuer up to the root, which must be in ca.crt. */
function findIssuers(
  own: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): readonly X509Certificate[] {
  const issuers: X509Certificate[] = [];
  // A key may have an old and a new certificate. OpenSSL, too, prefers the one that is valid.
  const candidates = [authorities, others].flatMap((list) => list.toSorted((a, b) => endOf(b) - endOf(a)));
  for (let last = own; !isRoot(last) || !authorities.includes(last);) {
    const issuer = candidates.find(
      (one) => !issuers.includes(one) && last.checkIssued(one) && last.verify(one.publicKey),
    );
    if (issuer === undefined) {
      throw certificateError(
        'tls.crt was not issued by the authority in ca.crt: add the root certificate to ca.crt; intermediate certificates may be in tls.crt',
      );
    }
    issuers.push(issuer);
    last = issuer;
  }
  return issuers;
}

const isRoot = (certificate: X509Certificate): boolean => certificate.checkIssued(certificate);
