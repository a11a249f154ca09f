// The members of an etcd cluster as one: each call goes to the one that answered last, and to another when it may.

import { noop } from 'cockatiel';
import { Etcd3, type CallContext, type IOptions, type KVClient } from 'etcd3';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { readCallError } from './call-error.js';

type CallOptions = NonNullable<Parameters<KVClient['range']>[1]>;

interface EtcdTls {
  /** PEM, of the authority that signed etcd's certificate. */
  readonly ca: string;
  /** PEM, of the certificate that etcd asks its clients for. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface EtcdAccess {
  /** `host:port` of each member. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls | undefined;
  readonly user?: { readonly name: string; readonly password: string } | undefined;
}

export interface Member {
  readonly endpoint: string;
  readonly etcd: Etcd3;
}

type Call<T> = (etcd: Etcd3, options: CallOptions) => Promise<T>;

/** Everything throws a CallError. */
export interface EtcdClient extends Disposable {
  /** Aborts when the client is closed. */
  readonly closed: AbortSignal;
  /** A call that may happen twice: tried on one member after another for about three seconds. */
  repeat<T>(call: Call<T>): Promise<{ readonly member: Member; readonly response: T }>;
  /** A call that must not happen twice: goes to another member only when it had no effect for sure. */
  write<T>(call: Call<T>): Promise<T>;
  /** One try on one member, which must answer within a second. */
  once<T>(call: Call<T>): Promise<T>;
  /** Later calls try another one first. */
  avoid(member: Member): void;
}

const readMs = 1_000;
const writeMs = 1_500;
const budgetMs = 3_000;
const pauseMs = milliseconds(200);

export function createEtcdClient(access: EtcdAccess, clock: Clock): EtcdClient {
  const closing = new AbortController();
  const members = access.endpoints.map((endpoint) => openMember(endpoint, access, clock));
  let preferred = 0;

  const avoid = (member: Member): void => {
    if (members[preferred] === member) preferred = (preferred + 1) % members.length;
  };
  const attempt = async <T>(call: Call<T>, timeoutMs: number): Promise<{ member: Member; response: T }> => {
    const member = members[preferred];
    if (closing.signal.aborted || member === undefined) throw new ParetoError('unavailable', 'the store is closed');
    const { etcd } = member;
    try {
      return { member, response: await call(etcd, { deadline: clock.wallMs() + timeoutMs }) };
    } catch (error) {
      const failure = readCallError(error);
      if (failure.loginIsOld) member.leave(etcd);
      if (failure.elsewhere) avoid(member);
      throw failure;
    }
  };
  const tryAll = async <T>(
    call: Call<T>,
    attemptMs: number,
    mayRepeat: (effect: 'none' | 'unknown') => boolean,
  ): Promise<{ member: Member; response: T }> => {
    const endAt = clock.now() + budgetMs;
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(call, Math.min(attemptMs, endAt - clock.now()));
      } catch (error) {
        const { elsewhere, effect } = readCallError(error);
        const pause = tries % members.length === 0 ? pauseMs : 0;
        if (!elsewhere || !mayRepeat(effect) || clock.now() + pause + pauseMs > endAt) throw error;
        if (pause > 0) await clock.sleep(milliseconds(pause));
      }
    }
  };
  return {
    closed: closing.signal,
    avoid,
    repeat: (call) => tryAll(call, readMs, () => true),
    write: async (call) => (await tryAll(call, writeMs, (effect) => effect === 'none')).response,
    once: async (call) => (await attempt(call, readMs)).response,
    [Symbol.dispose]() {
      closing.abort();
      for (const { etcd } of members) etcd.close();
    },
  };
}

interface OpenMember extends Member {
  /** Later calls go over another client, with a login of its own. */
  leave(client: Etcd3): void;
}

function openMember(endpoint: string, access: EtcdAccess, clock: Clock): OpenMember {
  const open = (): Etcd3 => new Etcd3(optionsOf(endpoint, access, clock));
  let etcd = open();
  return {
    endpoint,
    get etcd() {
      return etcd;
    },
    leave(client) {
      if (client !== etcd) return;
      etcd = open();
      client.close();
    },
  };
}

/** etcd3's own retries and breakers are off: which member comes next, and when a call may be repeated, is decided above. */
function optionsOf(endpoint: string, { tls, user }: EtcdAccess, clock: Clock): IOptions {
  return {
    hosts: tls === undefined ? endpoint : `https://${endpoint}`,
    faultHandling: { host: () => noop, global: noop },
    defaultCallOptions: (context: CallContext) => ({
      interceptors: [requireLeader],
      ...(context.isStream ? {} : { deadline: clock.wallMs() + readMs }),
    }),
    grpcOptions: {
      'grpc.max_receive_message_length': -1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      // So that a connection which is given up is not found again.
      'grpc.use_local_subchannel_pool': 1,
    },
    ...(tls === undefined ? {} : { credentials: credentialsOf(tls) }),
    ...(user === undefined ? {} : { auth: { username: user.name, password: user.password } }),
  };
}

function credentialsOf({ ca, cert, key }: EtcdTls): NonNullable<IOptions['credentials']> {
  return {
    rootCertificate: Buffer.from(ca),
    ...(cert === undefined || key === undefined ? {} : { certChain: Buffer.from(cert), privateKey: Buffer.from(key) }),
  };
}

type Interceptor = NonNullable<CallOptions['interceptors']>[number];

/** A member that sees no leader refuses at once, and ends its watches, instead of waiting for one. */
const requireLeader: Interceptor = (options, nextCall) => {
  const call = nextCall(options);
  const start = call.start.bind(call);
  call.start = (metadata, listener) => {
    metadata.set('hasleader', 'true');
    start(metadata, listener);
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- grpc-js asks for the methods only
  return call as ReturnType<Interceptor>;
};
