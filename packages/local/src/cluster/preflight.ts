// Checks before a cluster starts: disk space, free ports, a token or certificates, and etcd.

import { randomBytes } from 'node:crypto';
import { readFile, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { makeFolder } from '@pareto/blobs';
import { errorText, formatBytes, ParetoError } from '@pareto/core';
import { checkCertificates, checkConfigDir, checkStore } from './prerequisites.js';
import { nodeConfig } from './node-flags.js';
import { configFile, type Service, type Topology, type TopologyOptions } from './topology.js';

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
    if (configDir !== undefined) await writeNodeConfig(configDir, topology.nodeConfigFile);
  } catch (error) {
    throw explain(dataDir, error);
  }
  const services = [...topology.controllers, topology.router, ...topology.workers];
  checkOverlap(services);
  for (const service of services) await checkPorts(host, service);
}

interface Port {
  readonly port: number;
  /** Flag of `up` that changes the port. */
  readonly flag: string;
}

const portsOf = ({ port, metricsPort, portFlag, httpPort }: Service): readonly Port[] => [
  { port, flag: portFlag },
  { port: metricsPort, flag: portFlag },
  ...(httpPort === undefined ? [] : [{ port: httpPort, flag: httpFlag }]),
];

function checkOverlap(services: readonly Service[]): void {
  const owners = new Map<number, { readonly name: string; readonly flag: string }>();
  for (const service of services) {
    for (const { port, flag } of portsOf(service)) {
      const owner = owners.get(port);
      owners.set(port, { name: service.name, flag });
      if (owner === undefined) continue;
      throw new ParetoError(
        'invalid-argument',
        `port ${port} is assigned to both ${owner.name} and ${service.name}: change one with ${owner.flag} or ${flag} (each uses PORT and PORT+1, --http-port only PORT)`,
      );
    }
  }
}

/** Writes the flags in the files of the router and of the workers as those of a node. */
async function writeNodeConfig(configDir: string, file: string): Promise<void> {
  const [router, worker] = await Promise.all([readConfig(configDir, 'router'), readConfig(configDir, 'worker')]);
  await writeFile(file, JSON.stringify(nodeConfig(router, worker)));
}

/** Returns the flags in the file of a role. Empty if it has none. */
async function readConfig(configDir: string, role: 'router' | 'worker'): Promise<Readonly<Record<string, unknown>>> {
  const file = configFile(configDir, role);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new ParetoError('invalid-argument', `${file} is not valid JSON: ${errorText(error)}`);
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

async function checkPorts(host: string, service: Service): Promise<void> {
  for (const { port, flag } of portsOf(service)) {
    const code = await tryPort(host, port);
    if (code === undefined) continue;
    const why = code === 'EADDRINUSE' ? 'is taken' : `can't be opened (${code})`;
    const elsewhere = flag === httpFlag ? 'PORT, or disable HTTP with off' : 'PORT (it uses PORT and PORT+1)';
    const advice = `stop what uses it, or move ${service.name} with ${flag} ${elsewhere}`;
    throw new ParetoError('failed-precondition', `port ${port} on ${host}, for ${service.name}, ${why}: ${advice}`);
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
