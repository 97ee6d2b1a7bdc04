import { parse, stringify } from 'yaml';
import type { Cluster } from '../cluster';
import { KEEP_ANNOTATIONS } from '../kube';

/** Settings of S3, by the names that k3s has for its options, such as `etcd-s3-bucket`. */
type S3Values = Readonly<Record<string, string>>;

/** What only the owner of the bucket has. */
export interface S3Keys {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Certificates of the authority of the endpoint, PEM. @default - those of the host */
  readonly authority?: string;
}

/** How to reach the snapshots in S3. */
export interface S3Access extends S3Keys {
  /** URL without a path. */
  readonly url: URL;
  readonly bucket: string;
  readonly region: string;
  /** Without a slash at its end; empty for none. */
  readonly folder: string;
}

const PREFIX = 'etcd-s3-';

/**
 * The Secret from which k3s reads the settings and keys of S3: https://docs.k3s.io/cli/etcd-snapshot#s3-configuration-secret-support.
 *
 * @throws Error if the site has no k3s.etcdS3, or a key is empty
 */
export function etcdS3Secret({ name: site, k3s }: Cluster, { accessKey, secretKey, authority }: S3Keys): string {
  if (!k3s.etcdS3) throw new Error('cluster.yaml has no k3s.etcdS3; set its bucket');
  if (!/^\S+$/.test(accessKey) || !/^\S+$/.test(secretKey))
    throw new Error('a key of S3 is empty or has a blank; give files with one word');
  const { endpoint, bucket, region, folder = site, secret } = k3s.etcdS3;
  const values = {
    ...{ endpoint, bucket, region, folder, 'access-key': accessKey, 'secret-key': secretKey },
    ...(authority !== undefined && { 'endpoint-ca': authority }),
  };
  return stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret, namespace: 'kube-system', annotations: KEEP_ANNOTATIONS },
    type: 'etcd.k3s.cattle.io/s3-config-secret',
    stringData: Object.fromEntries(Object.entries(values).map(([key, value]) => [`${PREFIX}${key}`, value])),
  });
}

/**
 * Reads that Secret, as kubectl or `sops decrypt` prints it.
 *
 * @throws Error if it is another object, or has a setting that only k3s can use
 */
export function readEtcdS3Secret(text: string): S3Access {
  const { data = {}, stringData = {} } = (parse(text) ?? {}) as {
    readonly data?: S3Values;
    readonly stringData?: S3Values;
  };
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const);
  const values: S3Values = { ...Object.fromEntries(decoded), ...stringData };
  const optional = (key: string): string | undefined => values[`${PREFIX}${key}`] || undefined;
  const required = (key: string): string => {
    const value = optional(key);
    if (value !== undefined) return value;
    throw new Error(`the Secret of S3 has no ${PREFIX}${key}; give what power-safe-k3s secret s3 printed`);
  };
  const unknown = ['session-token', 'endpoint-ca-name', 'proxy'].find(optional);
  if (unknown) throw new Error(`${PREFIX}${unknown} is for k3s only; give a Secret without it, or restore by hand`);
  const [region, endpoint] = [optional('region') ?? 'us-east-1', optional('endpoint') ?? AWS];
  const authority = optional('endpoint-ca');
  return {
    // AWS answers for a bucket only where it is
    url: new URL(
      `${optional('insecure') === 'true' ? 'http' : 'https'}://${endpoint === AWS ? `s3.${region}.amazonaws.com` : endpoint}`,
    ),
    bucket: required('bucket'),
    region,
    folder: (optional('folder') ?? '').replace(/\/+$/, ''),
    accessKey: required('access-key'),
    secretKey: required('secret-key'),
    ...(authority !== undefined && { authority }),
  };
}

const AWS = 's3.amazonaws.com';
