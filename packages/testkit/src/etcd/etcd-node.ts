// An etcd process on loopback that a test can kill, pause and restart.

import { startChild, type Child } from '../child.js';
import { createEtcdGateway, type EtcdGateway, type EtcdTls } from './etcd-gateway.js';
import { waitFor } from '../wait-for.js';

export interface EtcdNode {
  readonly name: string;
  /** Client address, `host:port`. */
  readonly endpoint: string;
  readonly running: boolean;
  readonly pid: number;
  readonly gateway: EtcdGateway;
  /** Sends SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Sends SIGSTOP. */
  pause(): void;
  /** Sends SIGCONT. */
  resume(): void;
  /** Starts the process unless it runs, without waiting for it. */
  start(): void;
  /** Resolves when the member responds and has a leader. Throws after 30 s. */
  ready(): Promise<void>;
  /** Returns the id of the leader according to this member, and its own. */
  status(): Promise<{ readonly leader: string; readonly member: string }>;
}

export interface EtcdNodeOptions {
  readonly program: string;
  readonly name: string;
  readonly folder: string;
  readonly clientPort: number;
  readonly peerPort: number;
  /** List of `name=url` of every member, comma-separated. */
  readonly cluster: string;
  readonly token: string;
  readonly tls: (EtcdTls & { readonly files: readonly string[] }) | undefined;
  readonly args: readonly string[];
}

export function createEtcdNode(options: EtcdNodeOptions): EtcdNode {
  const { name, clientPort } = options;
  const endpoint = `127.0.0.1:${clientPort}`;
  const gateway = createEtcdGateway(endpoint, options.tls);
  let child: Child | undefined;
  const status: EtcdNode['status'] = async () => {
    const [answer] = await gateway.call('maintenance/status');
    const header = answer?.['header'] as { readonly member_id: string };
    return { leader: (answer?.['leader'] as string | undefined) ?? '0', member: header.member_id };
  };
  return {
    name,
    endpoint,
    gateway,
    status,
    get running() {
      return child?.running === true;
    },
    get pid() {
      return child?.pid ?? 0;
    },
    async kill() {
      child?.kill('SIGKILL');
      await child?.exited;
    },
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    start() {
      if (child?.running !== true) child = startChild(options.program, argumentsOf(options));
    },
    async ready() {
      const responds = async (): Promise<true | undefined> => {
        if (child?.running !== true) throw new Error(`etcd exited: ${child?.output.slice(-2_000) ?? ''}`);
        return (await status()).leader !== '0' || undefined;
      };
      await waitFor(`etcd ${name} to respond`, responds, 30_000);
    },
  };
}

function argumentsOf({ name, folder, clientPort, peerPort, cluster, token, tls, args }: EtcdNodeOptions): string[] {
  const client = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const flags = {
    name,
    'data-dir': folder,
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': cluster,
    'initial-cluster-token': token,
    'log-level': 'error',
  };
  const [ca, cert, key] = tls?.files ?? [];
  const secure = [`--cert-file=${cert}`, `--key-file=${key}`, '--client-cert-auth', `--trusted-ca-file=${ca}`];
  return [
    ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    ...(tls === undefined ? [] : secure),
    ...args,
  ];
}
