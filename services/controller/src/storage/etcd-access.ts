// Access to etcd: the options of the etcd store, from the flags and the files that they name.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import type { EtcdStoreOptions } from '@pareto/state';

/**
 * Flags of the store. `etcd` lists host:port of the members of etcd. If it is undefined, the embedded store is used.
 */
export interface EtcdFlags {
  readonly etcd?: readonly string[] | undefined;
  readonly cluster: string;
  readonly etcdCerts?: string | undefined;
  readonly etcdUser?: string | undefined;
  readonly etcdPasswordFile?: string | undefined;
  readonly etcdCompactMinutes: number;
}

export type EtcdAccessFlags = Omit<EtcdFlags, 'etcd' | 'etcdCompactMinutes'>;

/** Returns the options. Throws `invalid-argument` with the flag and the file if one can't be read. */
export async function readEtcdAccess(
  endpoints: readonly string[],
  flags: EtcdAccessFlags,
): Promise<Pick<EtcdStoreOptions, 'endpoints' | 'prefix' | 'renew' | 'tls' | 'user'>> {
  const renew = (): Promise<EtcdCredentials> => readCredentials(flags);
  return { endpoints, prefix: `/pareto/${flags.cluster}/`, ...(await renew()), renew };
}

type EtcdCredentials = Pick<EtcdStoreOptions, 'tls' | 'user'>;

const readCredentials = async ({
  etcdCerts,
  etcdUser,
  etcdPasswordFile,
}: EtcdAccessFlags): Promise<EtcdCredentials> => ({
  tls: etcdCerts === undefined ? undefined : await readCerts(etcdCerts),
  user: await readUser(etcdUser, etcdPasswordFile),
});

async function readCerts(folder: string): Promise<NonNullable<EtcdStoreOptions['tls']>> {
  const path = (name: string): string => join(folder, name);
  const ca = await read('--etcd-certs', path('ca.crt'));
  const cert = await readIfThere('--etcd-certs', path('tls.crt'));
  const key = await readIfThere('--etcd-certs', path('tls.key'));
  if ((cert === undefined) !== (key === undefined)) {
    throw new ParetoError(
      'invalid-argument',
      `--etcd-certs: ${folder} has ${cert === undefined ? 'tls.key without tls.crt' : 'tls.crt without tls.key'}; a client certificate needs both`,
    );
  }
  return { ca, cert, key };
}

async function readUser(name: string | undefined, file: string | undefined): Promise<EtcdStoreOptions['user']> {
  if (name === undefined && file === undefined) return undefined;
  if (name === undefined || file === undefined) {
    throw new ParetoError(
      'invalid-argument',
      '--etcd-user and --etcd-password-file need each other: pass both or neither',
    );
  }
  return { name, password: (await read('--etcd-password-file', file)).trimEnd() };
}

async function read(flag: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new ParetoError('invalid-argument', `${flag}: cannot read ${file}: ${errorText(error)}`);
  });
}

async function readIfThere(flag: string, file: string): Promise<string | undefined> {
  const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return readFile(file, 'utf8').catch((error: unknown) => (isMissing(error) ? undefined : read(flag, file)));
}
