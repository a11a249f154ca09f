// Parses the source of models, given as a path or as a URI in the form of KServe's storage URIs.

import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';
import { describeForeignModel } from './foreign-models.js';

export type ModelSource =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'http'; readonly url: URL }
  /** `key` is that of one object, or the prefix of a folder. */
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string };

export const archivePattern: RegExp = /\.(tar\.gz|tgz|tar|zip)$/i;

const supported =
  'expected a path, file:///folder, http(s)://host/model.onnx (or .tar.gz, .tgz, .tar, .zip), or s3://bucket/folder';

const elsewhere: Readonly<Record<string, string>> = {
  hf: 'download the ONNX files from the hub first, or pass their https address',
  gs: 'copy the folder first, or pass an s3:// address with --s3-endpoint for its interoperable endpoint',
  pvc: 'mount the volume, and pass the path',
};

/** Throws `invalid-argument`, with the supported forms, for any other address. */
export function parseSource(given: string): ModelSource {
  const [, scheme] = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(given) ?? [];
  if (scheme === undefined || !given.startsWith(`${scheme}://`)) return { kind: 'local', path: given };
  switch (scheme.toLowerCase()) {
    case 'file':
      return { kind: 'local', path: filePath(given) };
    case 'http':
    case 'https':
      return { kind: 'http', url: parseHttp(given) };
    case 's3':
      return parseS3(given);
    default: {
      const instead = elsewhere[scheme.toLowerCase()];
      throw invalidSource(`${scheme}:// is not supported${instead === undefined ? '' : ` (${instead})`}: ${supported}`);
    }
  }
}

const invalidSource = (why: string): ParetoError => new ParetoError('invalid-argument', why);

/** Returns the path of a `file:` URL. `file://models` is a relative path, as in other programs. */
function filePath(given: string): string {
  if (!URL.canParse(given)) throw invalidSource(`${given} is not a URL: ${supported}`);
  const url = new URL(given);
  return url.host === '' ? fileURLToPath(url) : given.slice('file://'.length);
}

function parseHttp(given: string): URL {
  if (!URL.canParse(given)) throw invalidSource(`${given} is not a URL: ${supported}`);
  const url = new URL(given);
  if (url.pathname.endsWith('.onnx') || archivePattern.test(url.pathname)) return url;
  const foreign = describeForeignModel([url.pathname]);
  const what = foreign === undefined ? `has the name of neither a model nor an archive: ${supported}` : `is ${foreign}`;
  throw invalidSource(`${displayUrl(url)} ${what}`);
}

/** Formats a URL for messages, without credentials and query. */
export const displayUrl = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

function parseS3(given: string): ModelSource {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/i.exec(given) ?? [];
  if (bucket === undefined) throw invalidSource(`${given} has no bucket: expected s3://bucket/folder`);
  return { kind: 's3', bucket, key: key.replace(/\/+$/, '') };
}
