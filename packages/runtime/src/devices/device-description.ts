// Finds the name, driver and memory of a device.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceProvider } from './device-provider.js';
import type { ExecutorProcess } from '../processes/executor-process.js';

export interface DeviceDescription {
  /** Model in lower case with dashes. `gpu` if it is unknown. */
  readonly device: string;
  /** Identity of the driver, which changes with its version. Empty if it is unknown. */
  readonly driver: string;
  /** Memory of the device itself. Undefined if it shares the host's memory, or if it is unknown. */
  readonly memoryBytes: number | undefined;
}

const unknown: DeviceDescription = { device: 'gpu', driver: '', memoryBytes: undefined };

/** Describes the device that a process uses. */
export async function describeDevice(provider: DeviceProvider, process: ExecutorProcess): Promise<DeviceDescription> {
  if (provider === 'webgpu') return describeVulkan(process.stderr, await mappedFiles(process.pid));
  return parseNvidiaSmi(await queryNvidiaSmi(process.pid));
}

/**
 * Shortens a model name: `AMD EPYC 9B14 96-Core Processor` → `amd-epyc-9b14`, `SwiftShader Device (Subzero)` →
 * `swiftshader`.
 */
export function deviceName(model: string): string {
  const words = model
    .toLowerCase()
    .replace(/\(.*?\)|@.*$|\b\d+-core\b|\b(cpu|processor|device)\b/g, ' ')
    .split(/[^a-z0-9.]+/);
  return words.filter((word) => word !== '').join('-') || 'unknown';
}

/**
 * Reads the device from the Vulkan loader's debug output. Identifies the driver by the name and hash of its file,
 * because no version is printed.
 */
async function describeVulkan(stderr: string, mapped: readonly string[]): Promise<DeviceDescription> {
  const [, model, driver = ''] = /Using "([^"]+)" with driver: "([^"]+)"/.exec(stderr) ?? [];
  if (model === undefined) return unknown;
  const file = mapped.find((name) => path.basename(name).startsWith(path.basename(driver)));
  const content = file === undefined ? undefined : await readFile(file).catch(() => undefined);
  const name = path.basename(file ?? driver);
  if (content === undefined) return { ...unknown, device: deviceName(model), driver: name };
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return { ...unknown, device: deviceName(model), driver: `${name} ${digest}` };
}

/** Returns the real paths of the files that a process has mapped. */
async function mappedFiles(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '');
  return [...new Set(Array.from(text.matchAll(/ (\/.+)$/gm), ([, file = '']) => file))];
}

const gpuFields = '--query-gpu=name,memory.total,driver_version,uuid';
const noHeader = '--format=csv,noheader,nounits';

/** Returns the line of the card that the process uses, or of the first card. */
async function queryNvidiaSmi(pid: number): Promise<string> {
  const [cards, uses] = await Promise.all([
    execute('nvidia-smi', [gpuFields, noHeader]),
    execute('nvidia-smi', ['--query-compute-apps=pid,gpu_uuid', noHeader]),
  ]);
  const uuid = new RegExp(`^${pid}, (\\S+)$`, 'm').exec(uses)?.[1];
  const lines = cards.split('\n');
  return lines.find((line) => uuid !== undefined && line.includes(uuid)) ?? lines[0] ?? '';
}

/** Parses a line such as `NVIDIA H100 80GB HBM3, 81559, 550.54.15, GPU-…`, with the memory in MiB. */
export function parseNvidiaSmi(line: string): DeviceDescription {
  const [name = '', memory = '', driver = ''] = line.split(',').map((field) => field.trim());
  if (name === '' || driver === '') return unknown;
  const mebibytes = Number(memory);
  return {
    device: deviceName(name),
    driver,
    memoryBytes: Number.isFinite(mebibytes) && mebibytes > 0 ? mebibytes * 2 ** 20 : undefined,
  };
}

function execute(file: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => execFile(file, args, { env: {} }, (error, stdout) => resolve(error ? '' : stdout)));
}
