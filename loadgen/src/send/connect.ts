// Connects to the servers that have the targets.

import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { errorText, ParetoError } from '@pareto/core';
import {
  constantSource,
  createChannel,
  createFrameChannel,
  isNotSent,
  type Channel,
  type ChannelTls,
  type RawCaller,
} from '@pareto/rpc';
import type { LoadSettings, TlsSettings } from '../settings/load-settings.js';
import { checkTarget } from './check-target.js';

export interface Connection extends Disposable {
  /** Addresses of the servers, with commas between them. */
  readonly address: string;
  /** Calls that are not measured. */
  readonly channel: Channel;
  /** ModelInfer on each of the connections. A call that a server certainly did not receive is made on the next ones. */
  readonly callers: readonly RawCaller[];
}

/**
 * Creates the connections, which are made at the first call, to the servers that have all targets. Calls `warn` for each of
 * the others. Throws an error that names the cause if no server has them, and `invalid-argument` if a certificate is
 * unreadable.
 */
export async function connect(settings: LoadSettings, warn: (text: string) => void): Promise<Connection> {
  const { connections, headers: metadata } = settings;
  const tls = settings.tls === undefined ? undefined : await readTls(settings.tls);
  const options = { metadata, ...(tls !== undefined && { tls }) };
  const addresses = await findServers(settings, options, warn);
  const [first = ''] = addresses;
  const channel = createChannel(first, options);
  const channels = Array.from({ length: connections }, () =>
    addresses.map((each) => createFrameChannel(each, options)),
  ).flat();
  const callers = channels.map((each) => each.caller('/inference.GRPCInferenceService/ModelInfer'));
  return {
    address: addresses.join(','),
    channel,
    callers: callers.map((_, at) => failingOver([...callers.slice(at), ...callers.slice(0, at)], addresses.length)),
    [Symbol.dispose]() {
      for (const each of [channel, ...channels]) each.close();
    },
  };
}

/** Returns the addresses of the servers that have all targets. Throws the reason of the first one if there are none. */
async function findServers(
  { address, queries }: LoadSettings,
  options: NonNullable<Parameters<typeof createChannel>[1]>,
  warn: (text: string) => void,
): Promise<readonly string[]> {
  const addresses = address.split(',');
  const results = await Promise.allSettled(
    addresses.map(async (each) => {
      const channel = createChannel(each, options);
      try {
        await Promise.all(queries.map(({ target }) => checkTarget(target, channel)));
      } finally {
        channel.close();
      }
    }),
  );
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failures.length === addresses.length) throw failures[0];
  for (const failure of failures) warn(`${errorText(failure)}; it gets no requests`);
  return addresses.filter((_, index) => results[index]?.status === 'fulfilled');
}

/** Returns a caller that uses the first of the callers, and up to `max` of them while the call was certainly not received. */
const failingOver =
  (callers: readonly RawCaller[], max: number): RawCaller =>
  async (body, options) => {
    let failure: unknown;
    for (const call of callers.slice(0, max)) {
      try {
        return await call(body, options);
      } catch (error) {
        if (!isNotSent(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  };

async function readTls({ ca: caFile, cert, key }: TlsSettings): Promise<ChannelTls> {
  const ca = caFile === undefined ? Buffer.from(rootCertificates.join('\n')) : await readPem(caFile);
  const identity =
    cert === undefined || key === undefined ? undefined : { certificate: await readPem(cert), key: await readPem(key) };
  return { source: constantSource({ ca, identity }) };
}

async function readPem(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw new ParetoError('invalid-argument', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  });
}
