// Finds out why a connection to a service fails: nothing listens there, or the certificates don't match.

import { connect, type TLSSocket } from 'node:tls';
import type { ChannelTls } from '@pareto/rpc';

/** Result of probing a port. */
type Finding =
  /** The TLS handshake succeeds. */
  | 'fine'
  | 'absent'
  /** The port accepts a connection but sends nothing. */
  | 'unresponsive'
  | 'plain text'
  | 'TLS'
  | 'another authority'
  | 'expired'
  | 'not yet valid'
  | 'client certificate rejected';

const probeTimeoutMs = 2_000;

const verification: Readonly<Record<string, Finding>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not yet valid',
};

/** Opens a TLS connection to host:port, with the given certificates if there are any. */
function probe(address: string, tls: ChannelTls | undefined): Promise<Finding> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  const material = tls?.source.current;
  const identity = material?.identity;
  const socket = connect({
    ...{ host, port: Number(port), ALPNProtocols: ['h2'], rejectUnauthorized: false, timeout: probeTimeoutMs },
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
  socket.once('timeout', () => found(reached ? 'unresponsive' : 'absent'));
  socket.on('error', ({ message }: Error) =>
    found(!reached ? 'absent' : /alert/i.test(message) ? 'client certificate rejected' : 'plain text'),
  );
  socket.once('secureConnect', () => {
    if (!isCertified) return found('TLS');
    // Node's types omit that this is null without an error.
    const error = socket.authorizationError as Error | string | null;
    if (error !== null) return found(verification[String(error)] ?? 'another authority');
    // A TLS 1.3 server rejects a client certificate after the handshake. If it accepts it, it sends data first.
    socket.once('data', () => found('fine')).once('close', () => found('client certificate rejected'));
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
    if (finding !== 'absent' && finding !== 'unresponsive' && finding !== 'fine')
      return describe(finding, address, target);
  }
  const { what, addresses } = target;
  return `no ${what} is reachable at ${addresses.join(' or ')}: start one with 'pareto up', or pass another address with --${what} HOST:PORT`;
}

type Problem = Exclude<Finding, 'fine' | 'absent' | 'unresponsive'>;

function describe(finding: Problem, address: string, { what, certs = '', tls }: ConnectionTarget): string {
  const service = `the ${what} at ${address}`;
  switch (finding) {
    case 'TLS':
      return `${service} requires TLS: pass the operator's certificate with --certs FOLDER (or PARETO_CERTS)`;
    case 'plain text':
      return certs === ''
        ? `the service at ${address} is not a Pareto ${what}: pass another address with --${what} HOST:PORT`
        : `${service} does not use TLS: omit --certs (and PARETO_CERTS)`;
    case 'another authority':
      return `${service} has a certificate from another authority than the one in ${certs}: pass the certificates of its cluster`;
    case 'expired':
      return `${service} has an expired certificate: create a new one, e.g. with 'pareto certs init --renew'`;
    case 'not yet valid':
      return `${service} has a certificate that is not valid yet: check the clocks of both machines`;
    case 'client certificate rejected':
      return tls?.source.current.identity === undefined
        ? `${service} requires a client certificate, and ${certs} has none: pass the operator's certificate`
        : `${service} does not accept the certificate in ${certs}: pass the operator's certificate of this cluster`;
  }
}
