// The ports of a cluster.

import { type Target } from '../target.js';

export interface Port {
  readonly name: string;
  readonly address: (target: Target) => string;
  /** Set if another port of the list is served by the same code, apart from the calls. */
  readonly isSimilar: boolean;
}

export const grpcPorts: readonly Port[] = [
  { name: 'the router', address: ({ router }) => router, isSimilar: false },
  { name: 'a worker', address: ({ worker }) => worker, isSimilar: true },
  { name: 'the controller', address: ({ controller }) => controller, isSimilar: true },
];

const probePorts: readonly Port[] = ['the router', 'the controller', 'a worker'].map((name, index) => ({
  name: `the metrics of ${name}`,
  address: ({ probes }) => probes[index] ?? '',
  isSimilar: index > 0,
}));

const routerHttp: Port = { name: "the router's HTTP", address: ({ http }) => http, isSimilar: false };

export const httpPorts: readonly Port[] = [routerHttp, ...probePorts];
