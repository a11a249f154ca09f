// etcd for tests: one or three processes on loopback, with their data in a temporary folder.

import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { enableEtcdAuth, type EtcdTls } from './etcd-gateway.js';
import { createEtcdNode, type EtcdNode } from './etcd-node.js';
import { freePorts } from '../free-ports.js';
import { createTempFolder, type TempFolder } from '../temp-folder.js';
import { fetchTool, type ToolName } from '../tools.js';
import { waitFor } from '../wait-for.js';

export type EtcdVersion = '3.4' | '3.6';

export interface EtcdOptions {
  readonly version: EtcdVersion;
  readonly nodes?: 1 | 3;
  /** Certificate of the server and of its clients. etcd then requires client certificates. */
  readonly tls?: EtcdTls;
  /** The only user, who may read and write keys under the prefix. */
  readonly auth?: { readonly user: string; readonly password: string; readonly prefix: string };
  /** Additional flags of each process. */
  readonly args?: readonly string[];
}

export interface Etcd extends AsyncDisposable {
  readonly nodes: readonly EtcdNode[];
  readonly endpoints: readonly string[];
  /** Waits for a leader, at most 30 s, and returns its node. */
  leader(): Promise<EtcdNode>;
  /** Starts every stopped node, and waits until all respond. */
  start(): Promise<void>;
  /** Kills every node. */
  kill(): Promise<void>;
  /** Writes a snapshot of all data to a file, which is deleted with the cluster. */
  snapshot(): Promise<string>;
  /** Kills every node, deletes all data, and restarts empty or from a snapshot. The cluster's id stays the same. */
  wipe(snapshot?: string): Promise<void>;
}

/** Returns why the programs that `startEtcd` and `wipe` need are unavailable, or undefined if they are available. */
export async function missingEtcd(version: EtcdVersion): Promise<string | undefined> {
  for (const name of [serverOf(version), restorerOf(version)]) {
    const tool = await fetchTool(name);
    if (tool.kind === 'missing') return tool.reason;
  }
  return undefined;
}

/** Starts etcd. Throws if the program is unavailable, so check `missingEtcd` first. */
export async function startEtcd(options: EtcdOptions): Promise<Etcd> {
  const folder = await createTempFolder();
  const count = options.nodes ?? 1;
  const program = await programOf(serverOf(options.version));
  const files = await saveTls(folder, options.tls);
  const ports = await freePorts(2 * count);
  const names = Array.from({ length: count }, (_, i) => `n${i}`);
  const peers = names.map((name, i) => ({ name, url: `http://127.0.0.1:${ports[count + i]}` }));
  const cluster = peers.map(({ name, url }) => `${name}=${url}`).join(',');
  const token = 'pareto-test';
  const args = [...soonReady(options), ...(options.args ?? [])];
  const nodes = names.map((name, i) =>
    createEtcdNode({
      ...{ program, name, cluster, token, folder: folder.file(name), args },
      ...{ clientPort: ports[i] ?? 0, peerPort: ports[count + i] ?? 0 },
      tls: options.tls === undefined ? undefined : { ...options.tls, files },
    }),
  );
  const kill = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()));
  };
  const start = async (): Promise<void> => {
    for (const node of nodes) node.start();
    await Promise.all(nodes.map((node) => node.ready()));
  };
  const restore = async (snapshot: string): Promise<void> => {
    const restorer = await programOf(restorerOf(options.version));
    for (const { name, url } of peers) {
      const place = ['--name', name, '--data-dir', folder.file(name), '--initial-advertise-peer-urls', url];
      const among = ['--initial-cluster', cluster, '--initial-cluster-token', token];
      const env = { ...process.env, ETCDCTL_API: '3' };
      await promisify(execFile)(restorer, ['snapshot', 'restore', snapshot, ...place, ...among], { env });
    }
  };
  const etcd: Etcd = {
    nodes,
    endpoints: nodes.map(({ endpoint }) => endpoint),
    start,
    kill,
    leader: () => waitFor('etcd to have a leader', () => leaderOf(nodes), 30_000),
    async snapshot() {
      const file = folder.file(`snapshot-${snapshots++}`);
      await writeFile(file, await readSnapshot(nodes));
      return file;
    },
    async wipe(snapshot) {
      await kill();
      for (const { name } of nodes) await rm(folder.file(name), { recursive: true });
      if (snapshot !== undefined) await restore(snapshot);
      await start();
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await folder[Symbol.asyncDispose]();
    },
  };
  let snapshots = 0;
  try {
    await start();
    const first = nodes[0];
    if (options.auth !== undefined && first !== undefined) await enableEtcdAuth(first.gateway, options.auth);
    return etcd;
  } catch (error) {
    await etcd[Symbol.asyncDispose]();
    throw error;
  }
}

/** Returns flags that save time: short elections for a single member, and cheap password hashes. */
const soonReady = ({ nodes = 1, auth }: EtcdOptions): readonly string[] => [
  ...(nodes === 1 ? ['--heartbeat-interval=20', '--election-timeout=200'] : []),
  ...(auth === undefined ? [] : ['--bcrypt-cost=4']),
];

const serverOf = (version: EtcdVersion): ToolName => `etcd-${version}`;
const restorerOf = (version: EtcdVersion): ToolName => (version === '3.4' ? 'etcdctl-3.4' : 'etcdutl-3.6');

async function programOf(name: ToolName): Promise<string> {
  const tool = await fetchTool(name);
  if (tool.kind === 'missing') throw new Error(tool.reason);
  return tool.path;
}

async function saveTls(folder: TempFolder, tls: EtcdTls | undefined): Promise<readonly string[]> {
  if (tls === undefined) return [];
  const files = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => folder.file(name));
  for (const [i, text] of [tls.ca, tls.cert, tls.key].entries()) await writeFile(files[i] ?? '', text);
  return files;
}

async function leaderOf(nodes: readonly EtcdNode[]): Promise<EtcdNode | undefined> {
  const running = nodes.filter((node) => node.running);
  const statuses = await Promise.all(running.map((node) => node.status().catch(() => undefined)));
  return running.find((_, i) => statuses[i] !== undefined && statuses[i].leader === statuses[i].member);
}

async function readSnapshot(nodes: readonly EtcdNode[]): Promise<Buffer> {
  const lines = (await nodes.find((node) => node.running)?.gateway.call('maintenance/snapshot')) ?? [];
  const blobs = lines.map((line) => (line['result'] as { readonly blob?: string }).blob ?? '');
  return Buffer.concat(blobs.map((blob) => Buffer.from(blob, 'base64')));
}
