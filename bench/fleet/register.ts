// Registers the tasks of the simulated fleet, with several models each, all of the same small file.

import { createHash } from 'node:crypto';
import { createChannel, createClient } from '@pareto/rpc';
import { matrixModel } from '@pareto/testkit';
import type { FleetSize } from './settle.js';

export async function registerTasks(
  address: string,
  { tasks, modelsPerTask }: Pick<FleetSize, 'tasks' | 'modelsPerTask'>,
): Promise<void> {
  const channel = createChannel(address);
  const registry = createClient(channel, 'pareto.v1.Registry');
  const data = Buffer.from(matrixModel(4));
  const digest = `sha256:${createHash('sha256').update(data).digest('hex')}`;
  const upload = async function* () {
    yield { digest, sizeBytes: data.length, offset: 0, data };
  };
  try {
    await createClient(channel, 'pareto.v1.Blobs').upload(upload());
    for (let task = 0; task < tasks; task++) {
      await registry.registerTask({ name: `task-${task}`, metric: 'top1', defaultObjective: { latencyMs: 100 } });
      for (let model = 0; model < modelsPerTask; model++) {
        const name = `model-${task}-${model}`;
        const files = [{ path: `${name}.onnx`, digest, sizeBytes: data.length }];
        await registry.registerArchitecture({ name, task: `task-${task}`, manifest: { files } });
      }
    }
  } finally {
    channel.close();
  }
}
