// The certificates of a service: read at start, and again whenever the files change.

import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, milliseconds, ParetoError, type Clock } from '@pareto/core';
import {
  certificateFiles,
  checkCertificates,
  describeRole,
  readCertificateFiles,
  type CertificateFiles,
  type Certificates,
  type ServiceRole,
  type TlsSource,
} from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import type { Runnable } from '../lifecycle/run-group.js';
import { warnIfWorldReadable } from './secret-file.js';

/** Certificates that follow their files: replaced files are loaded within a few seconds, unless they are invalid. */
export interface CertificateFolder extends TlsSource, Runnable {
  /** Expiry of the current certificate, in ms since the Unix epoch. */
  readonly endsAt: number;
}

export interface CertificateOptions {
  /** Role that the certificate must have. */
  readonly role: ServiceRole;
  readonly clock: Clock;
  readonly logger: Logger;
}

const pollInterval = milliseconds(1_000);
const warnBeforeMs = 7 * 86_400_000;
const warnEveryMs = 86_400_000;

/** Reads the certificates. Throws `failed-precondition` with one line that explains what is wrong with the folder. */
export async function openCertificates(folder: string, options: CertificateOptions): Promise<CertificateFolder> {
  const { clock, logger } = options;
  const listeners = new Set<() => void>();
  const files = await readCertificateFiles(folder).catch(async (error: unknown) => {
    throw explain(folder, error, await folderHint(folder, options.role));
  });
  let loaded = check(folder, files, options);
  let current = fingerprint(files);
  let pending: string | undefined;
  let rejected: string | undefined;
  const expiry = createExpiryWarning(folder, options);
  await warnIfWorldReadable(join(folder, certificateFiles.key), logger);

  /** Loads new files once two reads in a row are equal: the files may be written one after the other. */
  async function poll(): Promise<void> {
    const read = await readCertificateFiles(folder).catch((error: unknown) => explain(folder, error));
    const print = read instanceof Error ? read.message : fingerprint(read);
    const isSettled = print === pending;
    pending = print;
    if (!isSettled) return;
    if (print === current) return void (rejected = undefined);
    try {
      if (read instanceof Error) throw read;
      loaded = check(folder, read, options);
    } catch (error) {
      // Checked again at each poll: a certificate may become valid later.
      const reason = errorText(error);
      if (reason !== rejected) logger.error('new certificates rejected, current ones kept', { reason });
      rejected = reason;
      return;
    }
    current = print;
    rejected = undefined;
    expiry.reset();
    logger.info('certificates replaced', { folder, expires: dateOf(loaded.endsAt) });
    for (const listener of listeners) listener();
  }

  const stopping = new AbortController();
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      expiry.check(loaded.endsAt);
      await clock.sleep(pollInterval, stopping.signal).catch(() => undefined);
      await poll();
    }
  }
  let running = Promise.resolve();
  return {
    name: 'certificates',
    get current() {
      return loaded.material;
    },
    get endsAt() {
      return loaded.endsAt;
    },
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    start: async (fail) => void (running = run().catch(fail)),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface ExpiryWarning {
  check(endsAt: number): void;
  /** Makes the next check warn without the pause of a day. */
  reset(): void;
}

/** Logs a warning once a day during the week before a certificate expires, and after it has expired. */
function createExpiryWarning(folder: string, { clock, logger }: CertificateOptions): ExpiryWarning {
  let warnedAt: number | undefined;
  return {
    check(endsAt) {
      const remainingMs = endsAt - clock.wallMs();
      if (remainingMs > warnBeforeMs || (warnedAt !== undefined && clock.now() - warnedAt < warnEveryMs)) return;
      warnedAt = clock.now();
      const message =
        remainingMs > 0 ? 'certificate expires soon' : 'certificate has expired: peers reject connections';
      logger.warn(message, { folder, expires: dateOf(endsAt) });
    },
    reset: () => void (warnedAt = undefined),
  };
}

function check(folder: string, files: CertificateFiles, { role, clock }: CertificateOptions): Certificates {
  try {
    const certificates = checkCertificates(files, clock.wallMs());
    if (certificates.role === role) return certificates;
    const found = describeRole(certificates.role);
    throw new ParetoError('failed-precondition', `tls.crt is ${found}, expected ${describeRole(role)}`);
  } catch (error) {
    throw explain(folder, error);
  }
}

const explain = (folder: string, error: unknown, hint = ''): ParetoError =>
  new ParetoError('failed-precondition', `--certs ${folder}: ${errorText(error)}${hint}`, { cause: error });

/** Returns a hint for the error: `pareto certs init` creates a subfolder for each role, which may be the intended folder. */
async function folderHint(folder: string, role: ServiceRole): Promise<string> {
  const own = join(folder, role);
  return access(join(own, certificateFiles.certificate)).then(
    () => `, but in ${own}: use --certs ${own}`,
    () => ": 'pareto certs init' creates certificates for development",
  );
}

const fingerprint = ({ ca, certificate, key }: CertificateFiles): string =>
  [ca, certificate, key].map((part) => createHash('sha256').update(part).digest('hex')).join();

const dateOf = (wallMs: number): string => new Date(wallMs).toISOString();
