// A client of one member of etcd, with the retries of etcd3 disabled.

import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Channel, ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';
import { noop } from 'cockatiel';
import { Etcd3, type CallContext, type IOptions, type KVClient } from 'etcd3';
import type { Clock } from '@pareto/core';
import { unknownLogin } from './call-error.js';

export type CallOptions = NonNullable<Parameters<KVClient['range']>[1]>;

interface EtcdTls {
  /** Certificate (PEM) of the authority that signed etcd's certificate. */
  readonly ca: string;
  /** Client certificate (PEM), if etcd requires one. */
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

/** Default timeout of a call. */
export const readMs = 1_000;

export interface OpenMember extends Member {
  /** Logs in unless that was done, and returns the token of the login. Undefined if there is no user. */
  login(): Promise<string | undefined>;
  /** Drops a login that etcd has rejected. */
  logout(token: string | undefined): void;
  /** Replaces the client by one with the current credentials. */
  reopen(): void;
}

/**
 * Opens a client. The client logs in by itself, since etcd3 logs in over connections that it never closes: after
 * a silent loss of such a connection, etcd3 opens no other for 15 minutes.
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

/** Returns options without etcd3's retries and circuit breakers: `EtcdClient` chooses members and repeats calls. */
function optionsOf(endpoint: string, { tls }: EtcdCredentials, clock: Clock, token: Token): IOptions {
  return {
    hosts: tls === undefined ? endpoint : `https://${endpoint}`,
    faultHandling: { host: () => noop, global: noop },
    defaultCallOptions: (context: CallContext) => ({
      interceptors: [addMetadata(token)],
      ...(context.isStream ? {} : { deadline: clock.wallMs() + readMs }),
    }),
    grpcOptions: {
      'grpc.max_receive_message_length': -1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      // A connection that was given up must not be reused.
      'grpc.use_local_subchannel_pool': 1,
      // A proxy from the environment must not receive the password, and can't reach loopback.
      'grpc.enable_http_proxy': 0,
      ...(tls === undefined ? {} : addressOptions(endpoint.replace(/:\d+$/, ''), credentialsOf(tls))),
    },
    ...(tls === undefined ? {} : { credentials: credentialsOf(tls) }),
  };
}

type TlsCredentials = NonNullable<IOptions['credentials']>;

/**
 * Returns the options of a channel to an IP address, whose certificate must have that address. Node warns about an address as
 * the server name of a handshake, which etcd3 can't leave out. Empty for a host name.
 */
function addressOptions(host: string, { rootCertificate, privateKey, certChain }: TlsCredentials): ChannelOptions {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0) return {};
  const credentials = ChannelCredentials.createSsl(rootCertificate, privateKey, certChain, {
    checkServerIdentity: (_name: string, certificate: PeerCertificate) => checkServerIdentity(address, certificate),
  });
  return {
    'grpc.ssl_target_name_override': 'etcd',
    channelFactoryOverride: (target: string, _credentials: unknown, options: ChannelOptions) =>
      new Channel(target, credentials, options),
  };
}

function credentialsOf({ ca, cert, key }: EtcdTls): TlsCredentials {
  return {
    rootCertificate: Buffer.from(ca),
    ...(cert === undefined || key === undefined ? {} : { certChain: Buffer.from(cert), privateKey: Buffer.from(key) }),
  };
}

type Interceptor = NonNullable<CallOptions['interceptors']>[number];

type Token = () => string | undefined;

/**
 * Adds the token, and makes a member without a leader reject calls and end watches immediately instead of waiting. Replaces the
 * message of an invalid token, since etcd3 would repeat such a call forever with the same token.
 */
const addMetadata =
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
    return call as ReturnType<Interceptor>;
  };
