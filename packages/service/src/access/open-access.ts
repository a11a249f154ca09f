// Opens the access that a service's flags select: certificates or the cluster token.

import { ParetoError } from '@pareto/core';
import { createCertificateAccess, createTokenAccess, type Access, type AccessOptions } from './access.js';
import { openCertificates } from './certificate-folder.js';
import type { CommonConfig } from '../flags/common-flags.js';
import type { Runnable } from '../lifecycle/run-group.js';
import { warnIfWorldReadable } from './secret-file.js';
import { readClusterToken } from './token.js';

export interface OpenAccess {
  readonly access: Access;
  /** Part that follows the certificate files. Empty without certificates. */
  readonly certificates: readonly Runnable[];
}

/** Throws one line if neither or both flags are set, or if the files are invalid. */
export async function openAccess(
  { certs, clusterTokenFile }: Pick<CommonConfig, 'certs' | 'clusterTokenFile'>,
  options: AccessOptions,
): Promise<OpenAccess> {
  if (certs !== undefined && clusterTokenFile !== undefined) {
    throw new ParetoError(
      'invalid-argument',
      '--certs and --cluster-token-file exclude each other: with --certs no token is needed, drop --cluster-token-file',
    );
  }
  if (certs !== undefined) {
    const certificates = await openCertificates(certs, options);
    return { access: createCertificateAccess(certificates, options), certificates: [certificates] };
  }
  if (clusterTokenFile !== undefined) {
    const access = createTokenAccess(await readClusterToken(clusterTokenFile), options);
    await warnIfWorldReadable(clusterTokenFile, options.logger);
    return { access, certificates: [] };
  }
  throw new ParetoError(
    'invalid-argument',
    "--certs FOLDER or --cluster-token-file FILE is required to authenticate services: create certificates with 'pareto certs init' or, on one machine, a token with 'openssl rand -hex 32 > FILE'",
  );
}
