// Creates or renews a set of certificates for development.

import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import type { Role } from '@pareto/rpc';
import { authorityFolder, findAuthority, findHosts, writeAuthority, writeClient, writeRole } from './folder.js';
import type * as Issuing from './issue.js';

export const certifiedRoles: readonly Role[] = ['controller', 'router', 'worker', 'operator', 'viewer'];

/** Roles whose certificates have host names, which clients verify. With one, a worker could impersonate a router. */
const rolesWithHosts: ReadonlySet<Role> = new Set(['controller', 'router']);

export interface SetOptions {
  readonly out: string;
  /** Hosts in addition to this machine. Undefined when renewing keeps the current hosts. */
  readonly hosts: readonly string[] | undefined;
  readonly days: number;
  /** Replaces an existing authority by a new one. */
  readonly force: boolean;
  /** Issues new certificates from the existing authority. */
  readonly renew: boolean;
  /** Current time in ms since the Unix epoch. */
  readonly now: number;
}

export interface CertificateSet {
  readonly folder: string;
  readonly hosts: readonly string[];
  /** Expiry of the certificates in ISO 8601. */
  readonly ends: string;
  readonly isNewAuthority: boolean;
}

const dayMs = 86_400_000;

/** Creates the set. Throws `already-exists` or `failed-precondition` with the flag to use. */
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
      const roleHosts = rolesWithHosts.has(role) ? hosts : [];
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

interface ChosenAuthority {
  readonly authority: Issuing.Authority;
  readonly isNewAuthority: boolean;
}

async function chooseAuthority(
  { out, force, renew, now }: SetOptions,
  issuing: typeof Issuing,
): Promise<ChosenAuthority> {
  if (force) return { authority: await issuing.createAuthority(now), isNewAuthority: true };
  const found = await findAuthority(out);
  if (found === undefined) {
    if (renew) throw new ParetoError('failed-precondition', `there is no ${join(out, authorityFolder)}: drop --renew`);
    if ((await findHosts(out)) === undefined)
      return { authority: await issuing.createAuthority(now), isNewAuthority: true };
    throw new ParetoError(
      'already-exists',
      `${out} has certificates of a missing authority: choose another folder with --out, or pass --force`,
    );
  }
  if (!renew) {
    throw new ParetoError(
      'already-exists',
      `${out} has certificates: pass --renew to issue new ones from the same authority, or --force to create another authority`,
    );
  }
  const authority = issuing.readAuthority(found);
  if (authority.endsAt > now) return { authority, isNewAuthority: false };
  throw new ParetoError('failed-precondition', `the authority in ${out} has expired: create another with --force`);
}

/** Returns the hosts of the new certificates. They include this machine, so that the set works locally. */
async function chooseHosts({ out, hosts, renew }: SetOptions): Promise<readonly string[]> {
  const before = renew && hosts === undefined ? await findHosts(out) : undefined;
  return before ?? [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...(hosts ?? [])])];
}
