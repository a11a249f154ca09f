// A real S3-compatible server for tests, on loopback, with a bucket in a temporary folder.

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { startChild, type Child } from './child.js';
import { freePorts } from './free-ports.js';
import { createTempFolder } from './temp-folder.js';
import { fetchTool } from './tools.js';
import { waitFor } from './wait-for.js';

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  /** Name of the existing bucket. */
  readonly bucket: string;
  /** Environment variables with the credentials for a process's S3 client. */
  readonly env: Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>>;
  /** Folder with the bucket's objects as files. */
  readonly folder: string;
  /** Sends SIGKILL, and waits for the exit. */
  kill(): Promise<void>;
  /** Restarts the server with its data. */
  start(): Promise<void>;
}

/** Returns why the program that `startS3Server` needs is unavailable, or undefined if it is available. */
export async function missingS3Server(): Promise<string | undefined> {
  const tool = await fetchTool('s3-server');
  return tool.kind === 'missing' ? tool.reason : undefined;
}

/** Starts the server. Throws if the program is unavailable, so check `missingS3Server` first. */
export async function startS3Server(): Promise<S3Server> {
  const program = await programPath();
  const temp = await createTempFolder();
  const bucket = 'models';
  await mkdir(temp.file(bucket));
  const [port = 0] = await freePorts(1);
  const [accessKey, secret] = [randomBytes(10).toString('hex'), randomBytes(20).toString('hex')];
  const env = { ROOT_ACCESS_KEY_ID: accessKey, ROOT_SECRET_ACCESS_KEY: secret };
  let child: Child | undefined;

  async function start(): Promise<void> {
    const started = startChild(program, [`127.0.0.1:${port}`, temp.path], { env });
    child = started;
    await waitFor('the S3 server to listen', async () => {
      if (!started.running) throw new Error(`the S3 server exited: ${started.output}`);
      return (await listens(port)) || undefined;
    });
  }
  async function kill(): Promise<void> {
    child?.kill('SIGKILL');
    await child?.exited;
  }

  await start();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    env: { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secret },
    folder: join(temp.path, bucket),
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      await temp[Symbol.asyncDispose]();
    },
  };
}

async function programPath(): Promise<string> {
  const tool = await fetchTool('s3-server');
  if (tool.kind === 'missing') throw new Error(tool.reason);
  return tool.path;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
