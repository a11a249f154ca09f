// A controller in this process, on free ports, with fast timings.

import { milliseconds, systemClock, systemRng } from '@pareto/core';
import { createModelReader, type ModelReader } from '@pareto/models';
import { createChannel, createClient, type Channel, type ServiceClient } from '@pareto/rpc';
import { createLifecycle, createRunGroup, createTokenAccess, tokenMetadata, type RunGroup } from '@pareto/service';
import { createLogger, createTracer } from '@pareto/telemetry';
import { createFastClock } from '@pareto/testkit';
import { after } from 'mocha';
import { controllerConfig, type ControllerConfig } from '../../src/config.js';
import { createController, type ControllerOptions } from '../../src/controller.js';

/** The clock of every controller, store and worker of these tests. */
export const clock = createFastClock();

export const clusterToken = 'a-secret-of-the-cluster';

export interface TestController extends AsyncDisposable {
  readonly address: string;
  readonly channel: Channel;
  readonly registry: ServiceClient<'pareto.v1.Registry'>;
  readonly blobs: ServiceClient<'pareto.v1.Blobs'>;
  readonly fleet: ServiceClient<'pareto.v1.Fleet'>;
  readonly plans: ServiceClient<'pareto.v1.Plans'>;
  readonly group: RunGroup;
}

/** Reader of all controllers, because each process that reads models costs 0.3 s of CPU. */
let sharedReader: ModelReader | undefined;
after(() => sharedReader?.[Symbol.dispose]());

/** Starts a controller. By default, it shares processes that read models with the others, without isolation. */
export async function startController(
  dataDir: string,
  fields: Partial<ControllerConfig> = {},
  options: ControllerOptions = {},
): Promise<TestController> {
  const level = process.env['TEST_LOG'] === undefined ? 'silent' : 'debug';
  const logger = createLogger({ service: 'controller', level, format: 'pretty' });
  const lifecycle = createLifecycle(logger);
  const tracer = await createTracer({ service: 'controller', endpoint: undefined });
  const access = createTokenAccess(clusterToken, { role: 'controller', clock, logger });
  const context = { logger, lifecycle, tracer, clock, rng: systemRng, access };
  const config = controllerConfig.schema.parse({ ...testConfig, dataDir, ...fields });
  sharedReader ??= createModelReader({ clock: systemClock });
  const controller = await createController(config, context, { fleet: timings, reader: sharedReader, ...options });
  const stopTimeoutMs = config.drainTimeoutMs + 1_500;
  const group = createRunGroup(controller.runnables, { lifecycle, logger, clock, stopTimeoutMs });
  await group.start();
  const address = `127.0.0.1:${controller.port()}`;
  const channel = createChannel(address, { metadata: tokenMetadata(clusterToken) });
  await clock.sleep(milliseconds(50));
  return {
    address,
    channel,
    registry: createClient(channel, 'pareto.v1.Registry'),
    blobs: createClient(channel, 'pareto.v1.Blobs'),
    fleet: createClient(channel, 'pareto.v1.Fleet'),
    plans: createClient(channel, 'pareto.v1.Plans'),
    group,
    async [Symbol.asyncDispose]() {
      channel.close();
      await group.stop();
    },
  };
}

const timings = { rejoinMs: 1_200, firstJoinMs: 1_500 };

const testConfig: Partial<ControllerConfig> = {
  port: 0,
  metricsPort: 0,
  clusterTokenFile: 'unused',
  drainTimeoutMs: 500,
  maxBatchSize: 8,
  maxBlobMebibytes: 64,
};
