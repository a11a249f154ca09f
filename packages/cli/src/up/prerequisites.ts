// What a cluster is given by others and must be there before it is started: etcd, and certificates.

import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';
import type { Role, TopologyOptions } from './topology.js';

const refuse = (why: string): ParetoError => new ParetoError('failed-precondition', why);

/** Throws unless the controllers can share a store: etcd where there are several, and one of its members answering. */
export async function checkStore({ controllers, etcd }: TopologyOptions): Promise<void> {
  if (etcd.length === 0) {
    if (controllers === 1) return;
    throw new ParetoError(
      'invalid-argument',
      `${controllers} controllers need a store that they share, and the embedded one is of one controller alone: name an etcd with --etcd HOST:PORT, or leave --controllers out`,
    );
  }
  const answers = await Promise.all(etcd.map(answersAt));
  if (answers.some((answer) => answer)) return;
  throw refuse(
    `no etcd answers at ${etcd.join(', ')}: start it, or leave --etcd out for one controller with an embedded store`,
  );
}

const connectMs = 2_000;

function answersAt(address: string): Promise<boolean> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: connectMs });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

const roles: readonly Role[] = ['controller', 'router', 'worker'];
const files = ['ca.crt', 'tls.crt', 'tls.key'];

/** Throws unless each role has its files, as `pareto certs init` lays them out. */
export async function checkCertificates(folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  for (const path of roles.flatMap((role) => files.map((file) => join(folder, role, file)))) {
    await access(path).catch(() => {
      throw refuse(
        `--certs ${folder}: there is no ${path}: make a set for development with 'pareto certs init --out ${folder}'`,
      );
    });
  }
}
