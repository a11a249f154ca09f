// Which proof a service's flags give it: certificates, or the cluster's token.

import { ParetoError } from '@pareto/core';
import { createCertificateAccess, createTokenAccess, type Access, type AccessOptions } from './access.js';
import { openCertificates } from './certificate-folder.js';
import type { CommonConfig } from '../flags/common-flags.js';
import type { Runnable } from '../lifecycle/run-group.js';
import { warnIfWorldReadable } from './secret-file.js';
import { readClusterToken } from './token.js';

export interface OpenAccess {
  readonly access: Access;
  /** Keeps up with the files, when there are certificates. */
  readonly certificates: readonly Runnable[];
}

/** Throws one clear line when neither or both are given, or what is given can't be used. */
export async function openAccess(
  { certs, clusterTokenFile }: Pick<CommonConfig, 'certs' | 'clusterTokenFile'>,
  options: AccessOptions,
): Promise<OpenAccess> {
  if (certs !== undefined && clusterTokenFile !== undefined) {
    throw new ParetoError(
      'invalid-argument',
      '--certs and --cluster-token-file exclude each other: with certificates no token is needed, leave it out',
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
    "--certs FOLDER or --cluster-token-file FILE is required, so that services know each other: make one with 'pareto certs init' or, on one machine, 'openssl rand -hex 32 > FILE'",
  );
}
