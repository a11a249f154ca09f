// The ports of a cluster.

import { type Target } from '../target.js';

interface Port {
  readonly name: string;
  readonly address: (target: Target) => string;
}

export const grpcPorts: readonly Port[] = [
  { name: 'the router', address: ({ router }) => router },
  { name: 'a worker', address: ({ worker }) => worker },
  { name: 'the controller', address: ({ controller }) => controller },
];

const probePorts: readonly Port[] = ['the router', 'the controller', 'a worker'].map((name, index) => ({
  name: `the metrics of ${name}`,
  address: ({ probes }) => probes[index] ?? '',
}));

export const httpPorts: readonly Port[] = [{ name: "the router's HTTP", address: ({ http }) => http }, ...probePorts];
