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
  /** Identity of the device, whatever the provider. Empty if it is unknown. */
  readonly id: string;
}

const unknown: DeviceDescription = { device: 'gpu', driver: '', memoryBytes: undefined, id: '' };

/** Time limit of a query of the driver, which may hang with a broken card. */
const maxQueryMs = 10_000;

/** Describes the device that a process uses. `nvidia-smi` is searched on the path of the environment. */
export async function describeDevice(
  provider: DeviceProvider,
  process: ExecutorProcess,
  environment: Environment,
): Promise<DeviceDescription> {
  const cards = await listNvidiaCards(environment);
  if (provider !== 'webgpu') return (await usedCard(cards, process.pid, environment)) ?? unknown;
  const found = await describeVulkan(process.stderr, await mappedFiles(process.pid));
  const { memoryBytes, id } = cards.find(({ device }) => device === found.device) ?? unknown;
  return { ...found, memoryBytes, id };
}

type Environment = Readonly<Record<string, string>>;

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

/** Returns the NVIDIA cards of this host. Empty if there are none, or if `nvidia-smi` is not installed. */
async function listNvidiaCards(environment: Environment): Promise<readonly DeviceDescription[]> {
  const text = await queryNvidiaSmi('--query-gpu=name,memory.total,driver_version,uuid', environment);
  return (text ?? '').split('\n').flatMap((line) => parseNvidiaSmi(line) ?? []);
}

/** Returns the card that the process uses, or the first one if that is unknown. Undefined if there are none. */
async function usedCard(
  cards: readonly DeviceDescription[],
  pid: number,
  environment: Environment,
): Promise<DeviceDescription | undefined> {
  if (cards.length <= 1) return cards[0];
  const uses = await queryNvidiaSmi('--query-compute-apps=pid,gpu_uuid', environment);
  const uuid = fieldOf(pid, uses);
  return cards.find(({ id }) => id === uuid) ?? cards[0];
}

/**
 * Returns the memory that a process uses on its card. 0 without a process. Undefined if that is unknown, as where the ids
 * of processes differ from those of the host.
 */
export async function usedDeviceMemory(pid: number | undefined, environment: Environment): Promise<number | undefined> {
  const uses = await queryNvidiaSmi('--query-compute-apps=pid,used_gpu_memory', environment);
  if (uses === undefined || pid === undefined) return uses === undefined ? undefined : 0;
  const mebibytes = Number(fieldOf(pid, uses));
  return Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : undefined;
}

/** Returns the second field of the line of a process. Undefined if there is none. */
const fieldOf = (pid: number, uses: string | undefined): string | undefined =>
  new RegExp(`^${pid}, (\\S+)$`, 'm').exec(uses ?? '')?.[1];

/** Parses a line such as `NVIDIA H100 80GB HBM3, 81559, 550.54.15, GPU-…`, with the memory in MiB. Undefined for others. */
export function parseNvidiaSmi(line: string): DeviceDescription | undefined {
  const [name = '', memory = '', driver = '', id = ''] = line.split(',').map((field) => field.trim());
  if (name === '' || driver === '') return undefined;
  const mebibytes = Number(memory);
  return {
    device: deviceName(name),
    driver,
    memoryBytes: Number.isFinite(mebibytes) && mebibytes > 0 ? mebibytes * 2 ** 20 : undefined,
    id,
  };
}

/** Program of NVIDIA's driver, which hosts with a card have. */
const nvidiaSmi = 'nvidia-smi';

/** Returns the lines that `nvidia-smi` prints. Undefined if it fails or is not installed. */
function queryNvidiaSmi(query: string, environment: Environment): Promise<string | undefined> {
  const { PATH } = environment;
  const options = { env: PATH === undefined ? {} : { PATH }, timeout: maxQueryMs };
  return new Promise((resolve) =>
    execFile(nvidiaSmi, [query, '--format=csv,noheader,nounits'], options, (error, stdout) =>
      resolve(error ? undefined : stdout),
    ),
  );
}
