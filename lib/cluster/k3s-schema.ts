import * as z from 'zod';
import * as format from './formats';

const texts = format.oneOrMore(format.ascii);
const flag = z.boolean();

/**
 * Options of k3s by the names that https://docs.k3s.io/cli/server and https://docs.k3s.io/cli/agent list, without the dashes before
 * them. Those that something here reads, and all lists that files of this project begin, have a form; the others are passed on as they are.
 */
export const k3sOptions = z
  .object({
    disable: texts
      .optional()
      .describe('Packaged components that k3s does not install. servicelb is always among them.'),
    'tls-san': texts.optional().describe('More names for the certificate of the API server.'),
    'flannel-backend': z
      .enum(['vxlan', 'host-gw', 'wireguard-native', 'none'])
      .optional()
      .describe('Network of the pods; none for a CNI plugin of your own. Default: vxlan.'),
    'secrets-encryption': flag.optional().describe('true: encrypts Secrets in etcd. Set it before the first boot.'),
    'disable-helm-controller': flag.optional().describe('true: k3s installs no Helm charts.'),
    'node-external-ip': texts.optional().describe('External addresses of one node.'),
    'kubelet-arg': texts.optional().describe('Flags of the kubelet, without the dashes before them.'),
    'kube-proxy-arg': texts.optional().describe('Flags of kube-proxy.'),
    'kube-apiserver-arg': texts.optional().describe('Flags of kube-apiserver.'),
    'kube-controller-manager-arg': texts.optional().describe('Flags of kube-controller-manager.'),
    'kube-scheduler-arg': texts.optional().describe('Flags of kube-scheduler.'),
    'etcd-arg': texts.optional().describe('Flags of etcd.'),
  })
  // optional, as the named ones are, so that the declarations compile
  .catchall(z.union([format.ascii, z.number(), flag, z.array(format.ascii).min(1)]).optional())
  // one definition in the JSON Schema
  .meta({ id: 'k3sOptions' });

const options = k3sOptions.prefault({});

/**
 * Where k3s copies etcd snapshots to. Settings and keys are in a Secret, because k3s ignores that if another option of S3 is set:
 * https://docs.k3s.io/cli/etcd-snapshot#s3-configuration-secret-support
 */
const etcdS3 = z.strictObject({
  endpoint: format.s3Endpoint.default('s3.amazonaws.com').describe('Host of S3, and its port unless 443. HTTPS.'),
  bucket: format.objectName.describe('Bucket, which exists.'),
  region: format.dnsLabel.default('us-east-1').describe('Region of the bucket.'),
  folder: format.relativePath.optional().describe('Folder in the bucket. Default: the name of the site.'),
  secret: format.objectName
    .default('k3s-etcd-snapshot-s3-config')
    .describe('Secret in namespace kube-system; power-safe-k3s secret s3 prints it.'),
});

/** Options of k3s for nodes that share files, and the registries of every node. */
export const k3s = z.strictObject({
  all: options.describe('Options of every node (docs/control-plane.md).'),
  servers: options.describe('Options of every server.'),
  agents: options.describe('Options of every agent.'),
  etcdS3: etcdS3.optional().describe('Copies every etcd snapshot to S3 (docs/control-plane.md#snapshots-in-s3).'),
  registries: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Content of registries.yaml: mirrors and configs, https://docs.k3s.io/installation/private-registry.'),
});

/** Options of k3s by name; a list is a flag that is given several times. */
export type K3sOptions = z.output<typeof k3sOptions>;
