// A client of etcd's JSON gateway, so that the test kit needs no etcd library.

import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';

/** The authority, and the client certificate with its key, in PEM. */
export interface EtcdTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

type GatewayResponse = readonly Readonly<Record<string, unknown>>[];

export interface EtcdGateway {
  /** Returns the JSON lines of the response. Logs in as root if etcd requires it. Throws if etcd returns an error. */
  call(path: string, body?: object): Promise<GatewayResponse>;
}

const root = { name: 'root', password: 'root' };

export function createEtcdGateway(endpoint: string, tls: EtcdTls | undefined): EtcdGateway {
  const open = tls === undefined ? requestPlain : requestTls;
  const send = (path: string, body: object, token?: string): Promise<GatewayResponse> =>
    new Promise((resolve, reject) => {
      const headers = token === undefined ? {} : { authorization: token };
      const url = `${tls === undefined ? 'http' : 'https'}://${endpoint}/v3/${path}`;
      const request = open(url, { ...tls, method: 'POST', agent: false, timeout: 5_000, headers }, (response) => {
        read(response).then((text) => {
          if (response.statusCode === 200) resolve(text.trim().split('\n').map(parse));
          else reject(new Error(`etcd rejected ${path}: ${text}`));
        }, reject);
      });
      request
        .once('error', reject)
        .once('timeout', () => request.destroy(new Error(`etcd at ${endpoint} did not respond within 5 s`)));
      request.end(JSON.stringify(body));
    });
  return {
    async call(path, body = {}) {
      try {
        return await send(path, body);
      } catch (error) {
        if (!String(error).includes('user name is empty')) throw error;
        const [login] = await send('auth/authenticate', root);
        return send(path, body, login?.['token'] as string);
      }
    },
  };
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;

interface Grant {
  readonly user: string;
  readonly password: string;
  /** Prefix of the keys that the user may read and write. */
  readonly prefix: string;
}

/** Creates a user and enables authentication. */
export async function enableEtcdAuth(gateway: EtcdGateway, { user, password, prefix }: Grant): Promise<void> {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  await gateway.call('auth/user/add', root);
  await gateway.call('auth/role/add', { name: 'root' });
  await gateway.call('auth/user/grant', { user: 'root', role: 'root' });
  await gateway.call('auth/user/add', { name: user, password });
  await gateway.call('auth/role/add', { name: 'writer' });
  const perm = { permType: 'READWRITE', key: encode(prefix), range_end: encode(end) };
  await gateway.call('auth/role/grant', { name: 'writer', perm });
  await gateway.call('auth/user/grant', { user, role: 'writer' });
  await gateway.call('auth/enable');
}
