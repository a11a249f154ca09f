// Finds out why a connection to a service fails: nothing listens there, or the certificates of the two sides don't
// match.

import { connect, type TLSSocket } from 'node:tls';
import type { ChannelTls } from '@pareto/rpc';

/** Result of probing a port. */
type Finding =
  /** The TLS handshake succeeds. */
  | 'fine'
  | 'absent'
  /** The port accepts a connection but sends nothing. */
  | 'silent'
  | 'plain text'
  | 'TLS'
  | 'another authority'
  | 'ended'
  | 'not yet valid'
  | 'refuses ours';

const probeMs = 2_000;

const verification: Readonly<Record<string, Finding>> = {
  CERT_HAS_EXPIRED: 'ended',
  CERT_NOT_YET_VALID: 'not yet valid',
};

/** Opens a TLS connection to host:port, with the given certificates if there are any. */
function probe(address: string, tls: ChannelTls | undefined): Promise<Finding> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  const material = tls?.source.current;
  const identity = material?.identity;
  const socket = connect({
    ...{ host, port: Number(port), ALPNProtocols: ['h2'], rejectUnauthorized: false, timeout: probeMs },
    ...(material === undefined ? {} : { ca: material.ca }),
    ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
  });
  return new Promise<Finding>((resolve) => watch(socket, material !== undefined, resolve)).finally(() =>
    socket.destroy(),
  );
}

function watch(socket: TLSSocket, isCertified: boolean, found: (finding: Finding) => void): void {
  let reached = false;
  socket.once('connect', () => (reached = true));
  socket.once('timeout', () => found(reached ? 'silent' : 'absent'));
  socket.on('error', ({ message }: Error) =>
    found(!reached ? 'absent' : /alert/i.test(message) ? 'refuses ours' : 'plain text'),
  );
  socket.once('secureConnect', () => {
    if (!isCertified) return found('TLS');
    // Node's types omit that this is null without an error.
    const error = socket.authorizationError as Error | string | null;
    if (error !== null) return found(verification[String(error)] ?? 'another authority');
    // With TLS 1.3, a server rejects a client certificate after the handshake. If it accepts it, it sends HTTP/2
    // settings first.
    socket.once('data', () => found('fine')).once('close', () => found('refuses ours'));
  });
}

export interface ConnectionTarget {
  /** `controller` or `router`. */
  readonly what: string;
  readonly addresses: readonly string[];
  /** The folder given with --certs. */
  readonly certs: string | undefined;
  readonly tls: ChannelTls | undefined;
}

/** Returns one line with the cause and what to do. */
export async function diagnoseConnection(target: ConnectionTarget): Promise<string> {
  for (const address of target.addresses) {
    const finding = await probe(address, target.tls);
    if (finding !== 'absent' && finding !== 'silent' && finding !== 'fine') return describe(finding, address, target);
  }
  const { what, addresses } = target;
  return `no ${what} answers at ${addresses.join(' or ')}: start one with 'pareto up', or name another with --${what} HOST:PORT`;
}

type Problem = Exclude<Finding, 'fine' | 'absent' | 'silent'>;

function describe(finding: Problem, address: string, { what, certs = '', tls }: ConnectionTarget): string {
  const it = `the ${what} at ${address}`;
  switch (finding) {
    case 'TLS':
      return `${it} wants TLS: give the operator's certificate with --certs FOLDER (or PARETO_CERTS)`;
    case 'plain text':
      return certs === ''
        ? `what listens at ${address} is no ${what} of Pareto: name another with --${what} HOST:PORT`
        : `${it} speaks plain text: this cluster has no certificates, leave --certs (and PARETO_CERTS) out`;
    case 'another authority':
      return `${it} shows a certificate of another authority than the one in ${certs}: give the certificates of its own cluster`;
    case 'ended':
      return `${it} shows a certificate that has ended: it needs a new one, e.g. from 'pareto certs init --renew'`;
    case 'not yet valid':
      return `${it} shows a certificate that is not valid yet: are the clocks right?`;
    case 'refuses ours':
      return tls?.source.current.identity === undefined
        ? `${it} wants a certificate, and there is none in ${certs}: give the operator's`
        : `${it} does not accept the certificate in ${certs}: give the operator's certificate of this cluster`;
  }
}
