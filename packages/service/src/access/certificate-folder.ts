// The certificates of a service: read at the start, and again whenever the files change.

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

/** While it runs, files that are replaced are taken up within a few seconds; a set that doesn't hold is not. */
export interface CertificateFolder extends TlsSource, Runnable {
  /** When the present certificate ends, in ms since the Unix epoch. */
  readonly endsAt: number;
}

export interface CertificateOptions {
  /** What the certificate must say that its holder is. */
  readonly role: ServiceRole;
  readonly clock: Clock;
  readonly logger: Logger;
}

const pollInterval = milliseconds(1_000);
const warnBeforeMs = 7 * 86_400_000;
const warnEveryMs = 86_400_000;

/** Throws one line that says what is wrong with the folder. */
export async function openCertificates(folder: string, options: CertificateOptions): Promise<CertificateFolder> {
  const { clock, logger } = options;
  const listeners = new Set<() => void>();
  const files = await readCertificateFiles(folder).catch(async (error: unknown) => {
    throw explain(folder, error, await hintOf(folder, options.role));
  });
  let present = check(folder, files, options);
  let current = fingerprint(files);
  let pending: string | undefined;
  let rejected: string | undefined;
  let warnedAt: number | undefined;
  await warnIfWorldReadable(join(folder, certificateFiles.key), logger);

  /** Files are taken up when two looks in a row see the same: they may be written one after the other. */
  async function poll(): Promise<void> {
    const read = await readCertificateFiles(folder).catch((error: unknown) => explain(folder, error));
    const print = read instanceof Error ? read.message : fingerprint(read);
    const isSettled = print === pending;
    pending = print;
    if (!isSettled) return;
    if (print === current) return void (rejected = undefined);
    try {
      if (read instanceof Error) throw read;
      present = check(folder, read, options);
    } catch (error) {
      // Looked at again each time: what is not valid yet may be soon.
      const reason = errorText(error);
      if (reason !== rejected) logger.error('new certificates refused, the old ones are kept', { reason });
      rejected = reason;
      return;
    }
    current = print;
    rejected = undefined;
    warnedAt = undefined;
    logger.info('certificates replaced', { folder, ends: dateOf(present.endsAt) });
    for (const listener of listeners) listener();
  }

  function warnBeforeExpiry(): void {
    const remainingMs = present.endsAt - clock.wallMs();
    if (remainingMs > warnBeforeMs || (warnedAt !== undefined && clock.now() - warnedAt < warnEveryMs)) return;
    warnedAt = clock.now();
    const message = remainingMs > 0 ? 'certificate ends soon' : 'certificate has ended: connections are refused';
    logger.warn(message, { folder, ends: dateOf(present.endsAt) });
  }

  const stopping = new AbortController();
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      warnBeforeExpiry();
      await clock.sleep(pollInterval, stopping.signal).catch(() => undefined);
      await poll();
    }
  }
  let running = Promise.resolve();
  return {
    name: 'certificates',
    get current() {
      return present.material;
    },
    get endsAt() {
      return present.endsAt;
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

function check(folder: string, files: CertificateFiles, { role, clock }: CertificateOptions): Certificates {
  try {
    const certificates = checkCertificates(files, clock.wallMs());
    if (certificates.role === role) return certificates;
    const found = describeRole(certificates.role);
    throw new ParetoError('failed-precondition', `tls.crt is ${found}, and this needs ${describeRole(role)}`);
  } catch (error) {
    throw explain(folder, error);
  }
}

const explain = (folder: string, error: unknown, hint = ''): ParetoError =>
  new ParetoError('failed-precondition', `--certs ${folder}: ${errorText(error)}${hint}`, { cause: error });

/** What `pareto certs init` makes has a folder for each role in it. */
async function hintOf(folder: string, role: ServiceRole): Promise<string> {
  const own = join(folder, role);
  return access(join(own, certificateFiles.certificate)).then(
    () => `, but in ${own}: use --certs ${own}`,
    () => ": 'pareto certs init' makes folders for development",
  );
}

const fingerprint = ({ ca, certificate, key }: CertificateFiles): string =>
  [ca, certificate, key].map((part) => createHash('sha256').update(part).digest('hex')).join();

const dateOf = (wallMs: number): string => new Date(wallMs).toISOString();
