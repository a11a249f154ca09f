// The cluster of the whole suite, with the reference's models and our own, registered with `pareto register`.

import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@pareto/testkit';
import { startCluster, type Cluster } from '../support/cluster.js';
import { pareto } from '../support/pareto.js';

import { createGrpcClient, type GrpcClient } from './grpc-client.js';
import { sendHttp, type HttpReply, type HttpRequest } from './http-client.js';
import { ownModelNames, writeOwnModels } from './own/models.js';

export interface Fixture extends AsyncDisposable {
  /** Address of the router, host:port. */
  readonly address: string;
  readonly httpAddress: string;
  readonly grpc: GrpcClient;
  http(request: HttpRequest): Promise<HttpReply>;
}

const referenceModels: string = fileURLToPath(new URL('reference/models', import.meta.url));

/** Returns the clients of a cluster, which its owner stops. */
function openFixture(cluster: Cluster): Fixture {
  const address = cluster.router.address;
  const httpAddress = new URL(cluster.router.url).host;
  const grpc = createGrpcClient(address);
  return {
    ...{ address, httpAddress, grpc },
    http: (request) => sendHttp(httpAddress, request),
    [Symbol.asyncDispose]: async () => grpc[Symbol.dispose](),
  };
}

/** Starts the cluster. Resolves when every model is ready. */
export async function startFixture(): Promise<Fixture> {
  const cluster = await startCluster({
    workers: 1,
    workerArgs: ['--slots', '2'],
    profileMs: 100,
  });
  const { [Symbol.asyncDispose]: close, ...clients } = openFixture(cluster);
  const { grpc } = clients;
  const fixture: Fixture = {
    ...clients,
    async [Symbol.asyncDispose]() {
      await close();
      await cluster[Symbol.asyncDispose]();
    },
  };
  try {
    // A long limit, because test machines may be slow and the suite does not test latency.
    const own = cluster.folder.file('own-models');
    await writeOwnModels(own);
    await pareto(
      '--controller',
      cluster.controller.address,
      'register',
      referenceModels,
      own,
      ...['--latency-ms', '30000', '--detach'],
    );
    await Promise.all([...(await readdir(referenceModels)), ...ownModelNames].map((model) => load(grpc, model)));
    return fixture;
  } catch (error) {
    await fixture[Symbol.asyncDispose]();
    throw error;
  }
}

/** Loads a model and waits until it is ready. */
async function load(grpc: GrpcClient, model: string): Promise<void> {
  await waitFor(
    `${model} to be ready`,
    async () => ((await grpc.call('RepositoryModelLoad', { model_name: model })).status === 'OK' ? true : undefined),
    60_000,
  );
}
