// One member of etcd: a client for it alone, without etcd3's own ideas of when to try again.

import { noop } from 'cockatiel';
import { Etcd3, type CallContext, type IOptions, type KVClient } from 'etcd3';
import type { Clock } from '@pareto/core';
import { unknownLogin } from './call-error.js';

export type CallOptions = NonNullable<Parameters<KVClient['range']>[1]>;

interface EtcdTls {
  /** PEM, of the authority that signed etcd's certificate. */
  readonly ca: string;
  /** PEM, of the certificate that etcd asks its clients for. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface EtcdCredentials {
  readonly tls?: EtcdTls | undefined;
  readonly user?: { readonly name: string; readonly password: string } | undefined;
}

export interface Member {
  readonly endpoint: string;
  readonly etcd: Etcd3;
}

/** Within which a member must answer, unless a call says otherwise. */
export const readMs = 1_000;

export interface OpenMember extends Member {
  /** Logs in, where there is a user and unless that was done; returns what etcd knows that login by. */
  login(): Promise<string | undefined>;
  /** That login is no good any more. */
  logout(token: string | undefined): void;
  /** Later calls go over another client, with the credentials of now. */
  reopen(): void;
}

/**
 * The login is ours. etcd3's goes over connections that it never closes: where one of them dies in silence, no other is
 * opened for a quarter of an hour.
 */
export function openMember(endpoint: string, credentials: () => EtcdCredentials, clock: Clock): OpenMember {
  let token: string | undefined;
  const open = (): Etcd3 => new Etcd3(optionsOf(endpoint, credentials(), clock, () => token));
  let etcd = open();
  let pending: Promise<void> | undefined;
  const authenticate = async ({ name, password }: NonNullable<EtcdCredentials['user']>): Promise<void> => {
    token = (await etcd.auth.authenticate({ name, password })).token;
  };
  return {
    endpoint,
    get etcd() {
      return etcd;
    },
    async login() {
      const { user } = credentials();
      if (user === undefined) return undefined;
      if (token === undefined) await (pending ??= authenticate(user).finally(() => (pending = undefined)));
      return token;
    },
    logout(used) {
      if (used === token) token = undefined;
    },
    reopen() {
      const before = etcd;
      etcd = open();
      token = undefined;
      before.close();
    },
  };
}

/** etcd3's own retries and breakers are off: which member comes next, and when a call may be repeated, is decided above. */
function optionsOf(endpoint: string, { tls }: EtcdCredentials, clock: Clock, token: Token): IOptions {
  return {
    hosts: tls === undefined ? endpoint : `https://${endpoint}`,
    faultHandling: { host: () => noop, global: noop },
    defaultCallOptions: (context: CallContext) => ({
      interceptors: [introduce(token)],
      ...(context.isStream ? {} : { deadline: clock.wallMs() + readMs }),
    }),
    grpcOptions: {
      'grpc.max_receive_message_length': -1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      // So that a connection which is given up is not found again.
      'grpc.use_local_subchannel_pool': 1,
      // A proxy that the environment names for other programs is not to see the password, or loopback at all.
      'grpc.enable_http_proxy': 0,
    },
    ...(tls === undefined ? {} : { credentials: credentialsOf(tls) }),
  };
}

function credentialsOf({ ca, cert, key }: EtcdTls): NonNullable<IOptions['credentials']> {
  return {
    rootCertificate: Buffer.from(ca),
    ...(cert === undefined || key === undefined ? {} : { certChain: Buffer.from(cert), privateKey: Buffer.from(key) }),
  };
}

type Interceptor = NonNullable<CallOptions['interceptors']>[number];

type Token = () => string | undefined;

/**
 * Says whose call it is. A member that sees no leader refuses at once, and ends its watches, instead of waiting for one.
 * etcd3 would repeat what is refused for an invalid token, with the same token, for ever: it is told in other words.
 */
const introduce =
  (token: Token): Interceptor =>
  (options, nextCall) => {
    const call = nextCall(options);
    const start = call.start.bind(call);
    call.start = (metadata, listener) => {
      const own = token();
      metadata.set('hasleader', 'true');
      if (own !== undefined) metadata.set('token', own);
      start(metadata, {
        onReceiveMetadata: (received) => listener?.onReceiveMetadata?.(received),
        onReceiveMessage(message: unknown) {
          listener?.onReceiveMessage?.(message);
        },
        onReceiveStatus(status) {
          const details = status.details.replace('invalid auth token', unknownLogin);
          listener?.onReceiveStatus?.({ ...status, details });
        },
      });
    };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- grpc-js asks for the methods only
    return call as ReturnType<Interceptor>;
  };
