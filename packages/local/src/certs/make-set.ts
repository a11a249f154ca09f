// A whole set of certificates for development: made, made anew, or refused because there is one.

import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import type { Role } from '@pareto/rpc';
import { authorityFolder, findAuthority, findHosts, writeAuthority, writeClient, writeRole } from './folder.js';
import type * as Issuing from './issue.js';

export const certifiedRoles: readonly Role[] = ['controller', 'router', 'worker', 'operator'];

/** Clients know these by their host's name; with it a worker's key would do to pass for a router. */
const named: ReadonlySet<Role> = new Set(['controller', 'router']);

export interface SetOptions {
  readonly out: string;
  /** Besides those of this machine; left out while renewing: those of before. */
  readonly hosts: readonly string[] | undefined;
  readonly days: number;
  /** A new authority in the place of the one that is there. */
  readonly force: boolean;
  /** New certificates from the authority that is there. */
  readonly renew: boolean;
  /** In ms since the Unix epoch. */
  readonly now: number;
}

export interface CertificateSet {
  readonly folder: string;
  readonly hosts: readonly string[];
  /** When the certificates end, in ISO 8601. */
  readonly ends: string;
  readonly isNewAuthority: boolean;
}

const dayMs = 86_400_000;

/** Throws `already-exists` or `failed-precondition`, saying which flag would do. */
export async function makeSet(options: SetOptions): Promise<CertificateSet> {
  const { out, now } = options;
  // The certificate library takes 0.2 s to load, so it is loaded only when certificates are made.
  const issuing = await import('./issue.js');
  try {
    const { authority, isNewAuthority } = await chooseAuthority(options, issuing);
    const hosts = await chooseHosts(options);
    const endsAt = Math.min(now + options.days * dayMs, authority.endsAt);
    if (isNewAuthority) await writeAuthority(out, authority);
    for (const role of certifiedRoles) {
      const roleHosts = named.has(role) ? hosts : [];
      const issued = await issuing.issueCertificate(authority, { role, hosts: roleHosts, now, endsAt });
      await writeRole(out, role, authority.certificate, issued);
    }
    await writeClient(out, authority.certificate);
    return { folder: out, hosts, ends: new Date(endsAt).toISOString(), isNewAuthority };
  } catch (error) {
    if (error instanceof ParetoError) throw error;
    throw new ParetoError('failed-precondition', `--out ${out}: ${errorText(error)}`, { cause: error });
  }
}

interface Chosen {
  readonly authority: Issuing.Authority;
  readonly isNewAuthority: boolean;
}

async function chooseAuthority({ out, force, renew, now }: SetOptions, issuing: typeof Issuing): Promise<Chosen> {
  if (force) return { authority: await issuing.createAuthority(now), isNewAuthority: true };
  const found = await findAuthority(out);
  if (found === undefined) {
    if (renew)
      throw new ParetoError('failed-precondition', `there is no ${join(out, authorityFolder)}: leave --renew out`);
    if ((await findHosts(out)) === undefined)
      return { authority: await issuing.createAuthority(now), isNewAuthority: true };
    throw new ParetoError(
      'already-exists',
      `${out} holds certificates of an authority that isn't there: choose another folder with --out, or pass --force`,
    );
  }
  if (!renew) {
    throw new ParetoError(
      'already-exists',
      `${out} holds certificates: pass --renew for new ones from the same authority, or --force to start again with another authority`,
    );
  }
  const authority = issuing.readAuthority(found);
  if (authority.endsAt > now) return { authority, isNewAuthority: false };
  throw new ParetoError('failed-precondition', `the authority in ${out} has ended: make another with --force`);
}

/** This machine is among them, so that everything can be tried on it. */
async function chooseHosts({ out, hosts, renew }: SetOptions): Promise<readonly string[]> {
  const before = renew && hosts === undefined ? await findHosts(out) : undefined;
  return before ?? [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...(hosts ?? [])])];
}
