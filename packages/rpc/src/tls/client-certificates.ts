// How a person's programs reach a cluster that has certificates.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, ParetoError, type Clock } from '@pareto/core';
import type { ChannelTls } from './channel-tls.js';
import {
  certificateFiles,
  checkCertificates,
  parseAuthorities,
  readCertificateFile,
  readCertificateFiles,
} from './certificates.js';
import { constantSource } from './material.js';
import type { ServiceRole } from './role.js';

/** The `tls` option of `createChannel`, for a channel to a service of that role. */
export type ClientCertificates = (server: ServiceRole) => ChannelTls;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Reads a folder with ca.crt, and tls.crt and tls.key for who wants more than a router; or one like `pareto certs init`
 * makes, and then the operator's folder in it. Who shows a certificate knows servers by theirs; who shows none, by their
 * host's name. Throws `failed-precondition` that names the folder and the file.
 */
export async function readClientCertificates(folder: string, clock: Clock): Promise<ClientCertificates> {
  const whole = join(folder, 'operator');
  const isWhole = !(await exists(join(folder, certificateFiles.ca))) && (await exists(whole));
  const place = isWhole ? whole : folder;
  try {
    if (await exists(join(place, certificateFiles.certificate))) {
      const { material } = checkCertificates(await readCertificateFiles(place), clock.wallMs());
      const source = constantSource(material);
      return (server) => ({ source, server });
    }
    const ca = await readCertificateFile(place, certificateFiles.ca);
    parseAuthorities(ca);
    const source = constantSource({ ca });
    return () => ({ source });
  } catch (error) {
    throw new ParetoError('failed-precondition', `certificates in ${place}: ${errorText(error)}`, { cause: error });
  }
}
