import { createHash, createHmac } from 'node:crypto';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import type { S3Access } from '../../machines';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Characters that encodeURIComponent leaves, and AWS does not. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The headers of a GET without a body that AWS Signature Version 4 requires. Pure.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 *
 * @param path encoded
 * @param query encoded, with its names in order
 */
export function signedHeaders(
  { host, path, query }: Readonly<Record<'host' | 'path' | 'query', string>>,
  { accessKey, secretKey, region }: Pick<S3Access, 'accessKey' | 'secretKey' | 'region'>,
  now: Date,
): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const headers = { host, 'x-amz-content-sha256': sha256(''), 'x-amz-date': time };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['GET', path, query, lines.join(''), names, sha256('')].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** A file in S3. `time` is in seconds since 1970. */
export interface Stored {
  readonly name: string;
  readonly bytes: number;
  readonly time: number;
}

const SECONDS = 30;

/** The snapshots of one site in S3. */
export class S3 {
  constructor(private readonly access: S3Access) {}

  /** The snapshots. k3s keeps their metadata in a folder beside them. @throws Error if S3 refuses or does not answer */
  async list(): Promise<Stored[]> {
    const { folder } = this.access;
    const prefix = folder === '' ? '' : `${folder}/`;
    const found: Stored[] = [];
    for (let token: string | undefined = ''; token !== undefined; ) {
      const query = { ...(token && { 'continuation-token': token }), delimiter: '/', 'list-type': '2', prefix };
      const text = (await readAll(await this.get('', query))).toString('utf8');
      for (const [, entry = ''] of text.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
        const name = textOf(entry, 'Key')?.slice(prefix.length);
        const time = Date.parse(textOf(entry, 'LastModified') ?? '') / 1000;
        if (name) found.push({ name, time, bytes: Number(textOf(entry, 'Size')) });
      }
      token = textOf(text, 'NextContinuationToken');
    }
    return found;
  }

  /** The content of a snapshot. @throws Error if S3 refuses or does not answer */
  read(name: string): Promise<IncomingMessage> {
    return this.get([this.access.folder, name].filter(Boolean).join('/'), {});
  }

  private get(key: string, parameters: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { url, bucket, authority } = this.access;
    const path = `/${[bucket, ...(key === '' ? [] : key.split('/'))].map(encoded).join('/')}`;
    const query = Object.entries(parameters)
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .join('&');
    const options = {
      ...{ hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port, path: `${path}${query && `?${query}`}` },
      headers: signedHeaders({ host: url.host, path, query }, this.access, new Date()),
      timeout: SECONDS * 1000,
      ...(authority !== undefined && { ca: authority }),
    };
    return new Promise((resolve, reject) => {
      const failed = (why: string) => reject(new Error(`S3 at ${url.host}: ${why}`));
      const asked = (url.protocol === 'http:' ? plainRequest : request)(options, (response) => {
        if (response.statusCode === 200) return resolve(response);
        readAll(response).then((body) => {
          const code = textOf(body.toString('utf8'), 'Code') ?? `status ${response.statusCode}`;
          failed(`${code}; check bucket, region and keys of the Secret`);
        }, reject);
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer in ${SECONDS} s`)));
      asked.on('error', (error) => failed(`${error.message}; check the endpoint and its certificate`));
      asked.end();
    });
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The text of an element without elements in it. Names of snapshots have no character that XML escapes. */
const textOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
