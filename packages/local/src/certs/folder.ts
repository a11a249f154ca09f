// The files of a development set of certificates: a folder for the authority, and one for each role.

import { access, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { isIPv6, SocketAddress } from 'node:net';
import { makeFolder } from '@pareto/blobs';
import { errorText, ParetoError } from '@pareto/core';
import { certificateFiles, type Role } from '@pareto/rpc';
import type { KeyPair } from './issue.js';

export const authorityFolder = 'authority';
/** Folder for clients without a certificate. */
const clientFolder = 'client';
const authorityKey = 'ca.key';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Reads the authority of a set. Undefined if there is none. */
export async function findAuthority(out: string): Promise<KeyPair | undefined> {
  const folder = join(out, authorityFolder);
  const paths = [join(folder, certificateFiles.ca), join(folder, authorityKey)] as const;
  if (!(await exists(paths[0]))) return undefined;
  try {
    return { certificate: await readFile(paths[0], 'utf8'), key: await readFile(paths[1], 'utf8') };
  } catch (error) {
    throw new ParetoError('failed-precondition', `the authority in ${folder} can't be read: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** Returns the hosts of the router's current certificate. Undefined if there is no certificate. */
export async function findHosts(out: string): Promise<readonly string[] | undefined> {
  const text = await readFile(join(out, 'router', certificateFiles.certificate)).catch(() => undefined);
  if (text === undefined) return undefined;
  const names = new X509Certificate(text).subjectAltName ?? '';
  return [...names.matchAll(/(?:DNS|IP Address):([^,]+)/g)].map(([, host = '']) => shorten(host));
}

/** Returns the short form of an IPv6 address, which OpenSSL writes in full. */
const shorten = (host: string): string =>
  isIPv6(host) ? new SocketAddress({ address: host, family: 'ipv6' }).address : host;

export const writeAuthority = async (out: string, authority: KeyPair): Promise<void> =>
  writeFiles(join(out, authorityFolder), [
    { name: certificateFiles.ca, text: authority.certificate },
    { name: authorityKey, text: authority.key, isSecret: true },
  ]);

export const writeRole = async (out: string, role: Role, ca: string, { certificate, key }: KeyPair): Promise<void> =>
  writeFiles(join(out, role), [
    { name: certificateFiles.ca, text: ca },
    { name: certificateFiles.certificate, text: certificate },
    { name: certificateFiles.key, text: key, isSecret: true },
  ]);

export const writeClient = async (out: string, ca: string): Promise<void> =>
  writeFiles(join(out, clientFolder), [{ name: certificateFiles.ca, text: ca }]);

interface NewFile {
  readonly name: string;
  readonly text: string;
  readonly isSecret?: boolean;
}

/** Replaces files atomically, since services may read them meanwhile. */
async function writeFiles(folder: string, files: readonly NewFile[]): Promise<void> {
  await makeFolder(folder);
  for (const { name, text, isSecret = false } of files) {
    const fresh = join(folder, `.${name}.new`);
    await writeFile(fresh, text, { mode: isSecret ? 0o600 : 0o644 });
    await rename(fresh, join(folder, name));
  }
}
