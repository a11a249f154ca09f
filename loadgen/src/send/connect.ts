// Connects to the server.

import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { ParetoError } from '@pareto/core';
import {
  constantSource,
  createChannel,
  createFrameChannel,
  type Channel,
  type ChannelTls,
  type RawCaller,
} from '@pareto/rpc';
import type { LoadSettings, TlsSettings } from '../settings/load-settings.js';

export interface Connection extends Disposable {
  /** Calls that are not measured. */
  readonly channel: Channel;
  /** ModelInfer on each of the connections. */
  readonly callers: readonly RawCaller[];
}

/** Creates the connections, which are made at the first call. Throws `invalid-argument` if a certificate is unreadable. */
export async function connect(settings: LoadSettings): Promise<Connection> {
  const { address, connections, headers: metadata } = settings;
  const tls = settings.tls === undefined ? undefined : await readTls(settings.tls);
  const options = { metadata, ...(tls !== undefined && { tls }) };
  const channel = createChannel(address, options);
  const channels = Array.from({ length: connections }, () => createFrameChannel(address, options));
  return {
    channel,
    callers: channels.map((each) => each.caller('/inference.GRPCInferenceService/ModelInfer')),
    [Symbol.dispose]() {
      for (const each of [channel, ...channels]) each.close();
    },
  };
}

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
