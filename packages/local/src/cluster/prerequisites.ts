// Checks what a cluster needs from outside before it starts: etcd, certificates, and files of further flags.

import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { certificateFiles } from '@pareto/rpc';
import { configFile, type Role, type TopologyOptions } from './topology.js';

const preconditionError = (why: string): ParetoError => new ParetoError('failed-precondition', why);

/** Throws if there are several controllers without etcd, or if no member of etcd is reachable. */
export async function checkStore({ controllers, etcd }: TopologyOptions): Promise<void> {
  if (etcd.length === 0) {
    if (controllers === 1) return;
    throw new ParetoError(
      'invalid-argument',
      `${controllers} controllers need a shared store, but the embedded store supports only one: pass --etcd HOST:PORT, or drop --controllers`,
    );
  }
  const reachable = await Promise.all(etcd.map(canConnect));
  if (reachable.some((isReachable) => isReachable)) return;
  throw preconditionError(
    `no etcd is reachable at ${etcd.join(', ')}: start it, or drop --etcd for one controller with an embedded store`,
  );
}

const connectMs = 2_000;

function canConnect(address: string): Promise<boolean> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: connectMs });
    const end = (isReached: boolean) => (): void => {
      socket.destroy();
      resolve(isReached);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const roles: readonly Role[] = ['controller', 'router', 'worker'];
const { ca, certificate, key } = certificateFiles;

/** Throws if a file of a role is missing, in the layout of `pareto certs init`. */
export async function checkCertificates(folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  for (const path of roles.flatMap((role) => [ca, certificate, key].map((file) => join(folder, role, file)))) {
    if (await exists(path)) continue;
    const advice = (await exists(join(folder, ca)))
      ? `these are the certificates of one role; pass the folder with those of ${roles.join(', ')}, e.g. ${dirname(folder)}`
      : `create a set for development with 'pareto certs init --out ${folder}'`;
    throw preconditionError(`--certs ${folder}: there is no ${path}: ${advice}`);
  }
}

/** Throws if the folder has no file of flags for any role. */
export async function checkConfigDir(folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  const found = await Promise.all(roles.map((role) => exists(configFile(folder, role))));
  if (found.includes(true)) return;
  const names = roles.map((role) => basename(configFile(folder, role)));
  throw preconditionError(`--config-dir ${folder}: expected at least one of ${names.join(', ')} in it`);
}
