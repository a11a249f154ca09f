// Tests a device before it is offered: loads and runs a small model, and checks that it ran on the device.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { errorText, milliseconds, ParetoError, type Clock } from '@pareto/core';
import { describeDevice, type DeviceDescription } from './device-description.js';
import { createDeviceProcess } from '../processes/device-process.js';
import type { DeviceProvider } from './device-provider.js';
import type { ExecutorProcess } from '../processes/executor-process.js';
import { loadExecutor, type Executor } from '../executors/executor.js';
import type { NodesByProvider } from '../executors/nodes-by-provider.js';
import type { StartedProcess } from '../processes/process-starter.js';
import type { TensorInput } from '../executors/run.js';

export interface DeviceTrial extends DeviceDescription {
  /** Number of the test model's two nodes that ran on each provider. */
  readonly nodesByProvider: NodesByProvider;
}

const maxTrialMs = milliseconds(120_000);
const memoryLimitBytes = 2 ** 30;
/** Makes the Vulkan loader print which device and driver it opens. */
const loaderDebug = { VK_LOADER_DEBUG: 'driver' };

/** ONNX, opset 13: y = Relu(MatMul(x, x)) over 4 x 4 floats. */
const model =
  'CAg6UgoRCgF4CgF4EgFwIgZNYXRNdWwKDAoBcBIBeSIEUmVsdRIFZ3JhcGhaEwoBeBIOCgwIARIICgIIBAoCCARiEwoBeRIOCgwIARIICgIIBAoCCARCBAoAEA0=';
const diagonal = (value: number): Float32Array =>
  Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? value : 0));
const input: TensorInput = { name: 'x', datatype: 'FP32', shape: [4, 4], data: [new Uint8Array(diagonal(2).buffer)] };
const expected = Buffer.from(diagonal(4).buffer);

const advice: Readonly<Record<DeviceProvider, string>> = {
  webgpu:
    'install a Vulkan driver and its loader (such as mesa-vulkan-drivers and libvulkan1) and allow access to /dev/dri',
  cuda: "install NVIDIA's driver, CUDA and cuDNN, and ONNX Runtime's libraries for them with the install script of onnxruntime-node",
  tensorrt:
    "install NVIDIA's driver, CUDA, cuDNN and TensorRT, and ONNX Runtime's libraries for them with the install script of onnxruntime-node",
};

/**
 * Tests a device, with the environment of its driver. Throws `failed-precondition` with the reason and how to set up the
 * device.
 */
export async function tryDevice(
  provider: DeviceProvider,
  environment: Readonly<Record<string, string>>,
  start: (environment: Readonly<Record<string, string>>) => StartedProcess,
  clock: Clock,
): Promise<DeviceTrial> {
  const { process, hello } = start({ ...environment, ...loaderDebug });
  const folder = await mkdtemp(path.join(tmpdir(), 'pareto-trial-'));
  try {
    using _late = clock.after(maxTrialMs, () =>
      process.kill({ kind: 'hung', reason: `hung: the trial took more than ${maxTrialMs} ms` }),
    );
    const modelPath = path.join(folder, 'trial.onnx');
    await chmod(folder, 0o755); // The process runs as another user.
    await writeFile(modelPath, Buffer.from(model, 'base64'));
    const hosted = await createDeviceProcess({ process, hello }, clock).openSession({
      model: modelPath,
      memoryLimitBytes,
    });
    await using executor = await loadExecutor(hosted, { modelPath, provider, threads: 1, memoryLimitBytes });
    const nodesByProvider = await runOnDevice(executor, provider);
    return { ...(await describeDevice(provider, process, environment)), nodesByProvider };
  } catch (error) {
    throw trialError(provider, error, process);
  } finally {
    process.kill({ kind: 'ended', reason: 'the trial is over' });
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the test model, checks its outputs, and returns its nodes by provider. Throws if none ran on the device. */
async function runOnDevice(executor: Executor, provider: DeviceProvider): Promise<NodesByProvider> {
  const outcome = await executor.run({ inputs: [input], outputs: [], expectedMs: undefined });
  if (outcome.kind !== 'done') throw new Error(outcome.kind === 'failed' ? outcome.message : outcome.death.reason);
  const [output] = outcome.outputs;
  if (output?.data.equals(expected) !== true) throw new Error('its outputs are wrong');
  const nodesByProvider = await executor.nodesByProvider([input]);
  if ((nodesByProvider[provider] ?? 0) > 0) return nodesByProvider;
  throw new Error(`all nodes ran on ${Object.keys(nodesByProvider).join(' and ')} instead`);
}

function trialError(provider: DeviceProvider, error: unknown, { stderr }: ExecutorProcess): ParetoError {
  const why = [stripSourceLocation(errorText(error)), ...missingLibraries(stderr)].join('; ');
  const message = `execution provider ${provider} does not work on this host: a test model failed: ${why}`;
  return new ParetoError(
    'failed-precondition',
    `${message}. To use it, ${advice[provider]}; or leave ${provider} out of --providers`,
    {
      cause: error,
    },
  );
}

/** Removes the source location and the failed condition from the start of an ONNX Runtime error. */
const stripSourceLocation = (text: string): string => text.replace(/\/\S*onnxruntime\S*.* was false\. /s, '').trim();

/** Returns the libraries that could not be opened, which are reported on stderr only. */
function missingLibraries(stderr: string): readonly string[] {
  const found = stderr.matchAll(/([^\s:]+\.(?:so|dylib)\S*): (cannot open shared object file[^\n]*)/g);
  return [...new Set(Array.from(found, ([, file = '', why = '']) => `${path.basename(file)}: ${why}`))];
}
