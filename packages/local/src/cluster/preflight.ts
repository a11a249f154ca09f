// Checks before a cluster starts: disk space, free ports, a token or certificates, and etcd.

import { randomBytes } from 'node:crypto';
import { statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { makeFolder } from '@pareto/blobs';
import { errorText, formatBytes, ParetoError } from '@pareto/core';
import { checkCertificates, checkConfigDir, checkStore } from './prerequisites.js';
import type { ServiceNode, Topology, TopologyOptions } from './topology.js';

/** Required disk space. The store, the models of the quick start and the caches of two workers take about 60 MB. */
const neededBytes = 200 * 2 ** 20;

const httpFlag = '--http-port';

/** Checks the prerequisites, and creates folders and the token. Throws `failed-precondition` with what to do. */
export async function prepare(options: TopologyOptions, topology: Topology): Promise<void> {
  const { dataDir, host, certs, configDir } = options;
  await checkStore(options);
  await checkCertificates(certs);
  await checkConfigDir(configDir);
  try {
    await makeFolder(topology.logDir);
    await checkSpace(dataDir);
    if (certs === undefined) await createToken(topology.tokenFile);
  } catch (error) {
    throw explain(dataDir, error);
  }
  const nodes = [...topology.controllers, topology.router, ...topology.workers];
  checkOverlap(nodes);
  for (const node of nodes) await checkPorts(host, node);
}

interface Port {
  readonly port: number;
  /** Flag of `up` that changes the port. */
  readonly flag: string;
}

const portsOf = ({ port, metricsPort, portFlag, httpPort }: ServiceNode): readonly Port[] => [
  { port, flag: portFlag },
  { port: metricsPort, flag: portFlag },
  ...(httpPort === undefined ? [] : [{ port: httpPort, flag: httpFlag }]),
];

function checkOverlap(nodes: readonly ServiceNode[]): void {
  const owners = new Map<number, { readonly name: string; readonly flag: string }>();
  for (const node of nodes) {
    for (const { port, flag } of portsOf(node)) {
      const owner = owners.get(port);
      owners.set(port, { name: node.name, flag });
      if (owner === undefined) continue;
      throw new ParetoError(
        'invalid-argument',
        `port ${port} is assigned to both ${owner.name} and ${node.name}: change one with ${owner.flag} or ${flag} (each uses PORT and PORT+1, --http-port only PORT)`,
      );
    }
  }
}

/** Creates the token unless it exists. */
async function createToken(file: string): Promise<void> {
  const token = `${randomBytes(32).toString('base64url')}\n`;
  await writeFile(file, token, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

function explain(dataDir: string, error: unknown): ParetoError {
  if (error instanceof ParetoError) return error;
  const why = codeOf(error) === 'ENOSPC' ? 'there is no space left on the disk: free some space' : errorText(error);
  return new ParetoError(
    'failed-precondition',
    `cannot write to ${dataDir}: ${why}, or choose another folder with --data-dir`,
  );
}

async function checkSpace(dataDir: string): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize >= neededBytes) return;
  throw new ParetoError(
    'failed-precondition',
    `${dataDir} has only ${formatBytes(bavail * bsize)} of free space, but ${formatBytes(neededBytes)} are needed: free some space, or choose another folder with --data-dir`,
  );
}

async function checkPorts(host: string, node: ServiceNode): Promise<void> {
  for (const { port, flag } of portsOf(node)) {
    const code = await tryPort(host, port);
    if (code === undefined) continue;
    const why = code === 'EADDRINUSE' ? 'is taken' : `can't be opened (${code})`;
    const elsewhere = flag === httpFlag ? 'PORT, or disable HTTP with off' : 'PORT (it uses PORT and PORT+1)';
    const advice = `stop what uses it, or move ${node.name} with ${flag} ${elsewhere}`;
    throw new ParetoError('failed-precondition', `port ${port} on ${host}, for ${node.name}, ${why}: ${advice}`);
  }
}

/** Returns the error code of listening on a port. Undefined if it is free. */
function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(codeOf(error) ?? 'unknown'));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
