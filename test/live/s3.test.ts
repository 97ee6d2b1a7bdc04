import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3, signedHeaders } from '../../lib/live/machines/s3';
import { etcdS3Secret, readEtcdS3Secret } from '../../lib/machines/etcd-s3';
import { site } from '../support/sites';

const KEYS = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};

describe('the signature of a request to S3', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html has these keys, requests and signatures
  test.each([
    ['lifecycle=', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('of ?%s is that of the documentation of AWS', (query, signature) => {
    const request = { host: 'examplebucket.s3.amazonaws.com', path: '/', query };
    const { authorization } = signedHeaders(request, KEYS, new Date('2013-05-24T00:00:00Z'));
    expect(authorization?.split('Signature=')[1]).toBe(signature);
  });
});

describe('the Secret of k3s.etcdS3', () => {
  const cluster = site({ k3s: { etcdS3: { bucket: 'snapshots', endpoint: 'minio.lan:9000' } } });
  const text = etcdS3Secret(cluster, { ...KEYS, authority: 'PEM' });

  test('is what this program reads again', () => {
    expect(readEtcdS3Secret(text)).toEqual({
      ...KEYS,
      url: new URL('https://minio.lan:9000'),
      bucket: 'snapshots',
      folder: 'home',
      authority: 'PEM',
    });
  });

  test.each([
    ['no key', text.replace(/^.*secret-key.*\n/m, ''), 'the Secret of S3 has no etcd-s3-secret-key'],
    ['a proxy', `${text}  etcd-s3-proxy: http://proxy\n`, 'etcd-s3-proxy is for k3s only'],
  ])('with %s is refused', (_, changed, says) => {
    expect(() => readEtcdS3Secret(changed)).toThrow(says);
  });

  test('is refused for a site without k3s.etcdS3', () => {
    expect(() => etcdS3Secret(site(), KEYS)).toThrow('cluster.yaml has no k3s.etcdS3');
  });

  test('of AWS leads to the region of the bucket', () => {
    const ofAws = etcdS3Secret(site({ k3s: { etcdS3: { bucket: 'snapshots', region: 'eu-west-1' } } }), KEYS);
    expect(readEtcdS3Secret(ofAws).url.host).toBe('s3.eu-west-1.amazonaws.com');
  });
});

/** A stand-in for S3 with two pages of a list, which checks the signature of each request by its own keys. */
describe('a bucket', () => {
  let server: Server;
  let bucket: S3;
  const entry = (name: string) =>
    `<Contents><Key>home/${name}</Key><LastModified>2026-11-30T12:00:00.000Z</LastModified><Size>5</Size></Contents>`;

  beforeEach(async () => {
    server = createServer((request, response) => {
      const { pathname, search } = new URL(request.url ?? '', 'http://s3');
      const time = String(request.headers['x-amz-date']);
      const [, y, mo, d, h, mi, s] = /(....)(..)(..)T(..)(..)(..)Z/.exec(time) ?? [];
      const signed = signedHeaders(
        { host: request.headers.host ?? '', path: pathname, query: search.slice(1) },
        KEYS,
        new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`),
      );
      if (signed['authorization'] !== request.headers.authorization) {
        response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
      } else if (pathname === '/snapshots/home/a%2B1') response.end('hello');
      else if (search.includes('continuation-token=next%2F1')) response.end(`<R>${entry('b')}</R>`);
      else response.end(`<R>${entry('a')}<NextContinuationToken>next/1</NextContinuationToken></R>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    bucket = at(KEYS.secretKey);
  });
  afterEach(() => server.close());

  const at = (secretKey: string): S3 => {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return new S3({ ...KEYS, secretKey, url, bucket: 'snapshots', folder: 'home' });
  };

  test('is listed over all its pages', async () => {
    const time = Date.UTC(2026, 10, 30, 12) / 1000;
    expect(await bucket.list()).toEqual(['a', 'b'].map((name) => ({ name, time, bytes: 5 })));
  });

  test('gives the content of a snapshot, whatever its name', async () => {
    const parts: Buffer[] = [];
    for await (const part of await bucket.read('a+1')) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString('utf8')).toBe('hello');
  });

  test('that refuses the keys is an error with its reason', async () => {
    await expect(at('other').list()).rejects.toThrow(/^S3 at 127\.0\.0\.1:\d+: SignatureDoesNotMatch; check bucket/);
  });

  test('that does not answer is an error', async () => {
    const closed = at(KEYS.secretKey);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(closed.list()).rejects.toThrow('check the endpoint and its certificate');
  });
});
