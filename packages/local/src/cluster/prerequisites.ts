// What a cluster is given by others and must be there before it is started: etcd, certificates, further flags.

import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { certificateFiles } from '@pareto/rpc';
import { configFile, type Role, type TopologyOptions } from './topology.js';

const preconditionError = (why: string): ParetoError => new ParetoError('failed-precondition', why);

/** Throws unless the controllers can share a store: etcd where there are several, and one of its members answering. */
export async function checkStore({ controllers, etcd }: TopologyOptions): Promise<void> {
  if (etcd.length === 0) {
    if (controllers === 1) return;
    throw new ParetoError(
      'invalid-argument',
      `${controllers} controllers need a store that they share, and the embedded one is of one controller alone: name an etcd with --etcd HOST:PORT, or leave --controllers out`,
    );
  }
  const reachable = await Promise.all(etcd.map(canConnect));
  if (reachable.some((isReachable) => isReachable)) return;
  throw preconditionError(
    `no etcd answers at ${etcd.join(', ')}: start it, or leave --etcd out for one controller with an embedded store`,
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

/** Throws unless each role has its files, as `pareto certs init` lays them out. */
export async function checkCertificates(folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  for (const path of roles.flatMap((role) => [ca, certificate, key].map((file) => join(folder, role, file)))) {
    if (await exists(path)) continue;
    const advice = (await exists(join(folder, ca)))
      ? `these are the certificates of one role, give the folder that has those of ${roles.join(', ')}: ${dirname(folder)}?`
      : `make a set for development with 'pareto certs init --out ${folder}'`;
    throw preconditionError(`--certs ${folder}: there is no ${path}: ${advice}`);
  }
}

/** Throws unless there are flags for at least one role. */
export async function checkConfigDir(folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  const found = await Promise.all(roles.map((role) => exists(configFile(folder, role))));
  if (found.includes(true)) return;
  const names = roles.map((role) => basename(configFile(folder, role)));
  throw preconditionError(
    `--config-dir ${folder}: there is no ${names.join(', ')} in it: expected at least one of them`,
  );
}
