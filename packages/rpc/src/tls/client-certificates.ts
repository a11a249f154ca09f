// Reads the certificates of clients, such as the CLI, for clusters with TLS.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, ParetoError, type Clock } from '@pareto/core';
import type { ChannelTls } from './channel-tls.js';
import {
  certificateFiles,
  checkCertificates,
  parseChain,
  readCertificateFile,
  readCertificateFiles,
} from './certificates.js';
import { constantSource } from './material.js';
import type { ServiceRole } from './role.js';

/** Returns the `tls` option of `createChannel` for a channel to a service of the role. */
export type ClientCertificates = (server: ServiceRole) => ChannelTls;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Reads a folder with ca.crt and, for access to services other than routers, tls.crt and tls.key. Reads the folder
 * `operator` in it if `pareto certs init` created the folder. A client with a certificate verifies the role of servers,
 * and a client without one their host name. Throws `failed-precondition`, which names the folder and the file.
 */
export async function readClientCertificates(folder: string, clock: Clock): Promise<ClientCertificates> {
  const operatorFolder = join(folder, 'operator');
  const isFromInit = !(await exists(join(folder, certificateFiles.ca))) && (await exists(operatorFolder));
  const used = isFromInit ? operatorFolder : folder;
  try {
    if (await exists(join(used, certificateFiles.certificate))) {
      const { material } = checkCertificates(await readCertificateFiles(used), clock.wallMs());
      const source = constantSource(material);
      return (server) => ({ source, server });
    }
    const ca = await readCertificateFile(used, certificateFiles.ca);
    parseChain(certificateFiles.ca, ca);
    const source = constantSource({ ca });
    return () => ({ source });
  } catch (error) {
    throw new ParetoError('failed-precondition', `certificates in ${used}: ${errorText(error)}`, { cause: error });
  }
}
