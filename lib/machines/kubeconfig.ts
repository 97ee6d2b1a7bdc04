import { Document, isScalar, parse, Scalar, visit } from 'yaml';
import { type Cluster, HERE, type Origin, primary, serversOf } from '../cluster';
import { WRITTEN_BY } from '../files';
import { urlHost } from '../network';
import { PLAIN } from '../text';
import type { Credentials } from './credentials';
import { fetchCommand } from './login';

/** An endpoint of the API: the name of its context and cluster entry, and its URL. */
export interface Endpoint {
  readonly name: string;
  readonly server: string;
  /** The name to verify in the certificate of the API server. @default - the host of the URL */
  readonly tlsServerName?: string;
}

/** A name in the certificate of every API server: https://kubernetes.io/docs/setup/best-practices/certificates/. */
const ALWAYS_IN_CERTIFICATE = 'kubernetes';

/**
 * The API endpoints of a site: `<name>` for the VIP, `<name>-dns` for the DNS name if there is one, `<name>-<server>` for each
 * server. A kubeconfig holds one address a cluster, hence a context for each.
 *
 * @param rescue host and port of a further one, `<name>-rescue`, that need not be in the certificate, such as an SSH tunnel
 */
export function endpointsOf(cluster: Cluster, rescue?: string): [Endpoint, ...Endpoint[]] {
  const { name, controlPlane } = cluster;
  const servers = serversOf(cluster);
  const url = (host: string) => `https://${host}:${controlPlane.port}`;
  const free = (suffix: string): string =>
    servers.some((server) => server.name === suffix) ? free(`${suffix}-name`) : suffix;
  return [
    { name, server: url(urlHost(primary(controlPlane.vip))) },
    ...(controlPlane.dnsName ? [{ name: `${name}-${free('dns')}`, server: url(controlPlane.dnsName) }] : []),
    ...servers.map((server) => ({ name: `${name}-${server.name}`, server: url(urlHost(primary(server.address))) })),
    ...(rescue === undefined
      ? []
      : [
          {
            name: `${name}-${free('rescue')}`,
            server: `https://${rescue}`,
            tlsServerName: ALWAYS_IN_CERTIFICATE,
          },
        ]),
  ];
}

/** The name of the user that all contexts of a site share. */
export const userOf = ({ name }: Cluster): string => `${name}-admin`;

/** The cluster entry of an endpoint. Authority `''` is for the template. */
export const clusterEntry = ({ name, server, tlsServerName }: Endpoint, certificateAuthority: string) => ({
  name,
  cluster: {
    'certificate-authority-data': certificateAuthority,
    server,
    ...(tlsServerName !== undefined && { 'tls-server-name': tlsServerName }),
  },
});

/** The user entry of a site. */
export const userEntry = (cluster: Cluster, { clientCertificate, clientKey }: Credentials) => ({
  name: userOf(cluster),
  user: { 'client-certificate-data': clientCertificate, 'client-key-data': clientKey },
});

/** The context entry of an endpoint. */
export const contextEntry = (cluster: Cluster, { name }: Endpoint) => ({
  name,
  context: { cluster: name, user: userOf(cluster) },
});

/**
 * `kubeconfig.template.yaml`: every context of the site, without credentials. kubectl can read it: the credentials are empty texts.
 * The current context is that of the VIP.
 */
export function kubeconfigTemplate(cluster: Cluster, origin: Origin = HERE): string {
  const document = kubeconfig(cluster, { certificateAuthority: '', clientCertificate: '', clientKey: '' });
  document.commentBefore = [
    ` ${WRITTEN_BY}`,
    ' The empty texts are for the credentials in k3s.yaml of a server. To fill them in and merge the result into your own file:',
    `   ${fetchCommand(cluster, origin)}`,
  ].join('\n');
  return document.toString({ lineWidth: 0 });
}

/** The template with the credentials filled in. The text is secret. */
export const fillKubeconfig = (cluster: Cluster, credentials: Credentials, rescue?: string): string =>
  kubeconfig(cluster, credentials, rescue).toString({ lineWidth: 0 });

/** Shape of https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/. */
function kubeconfig(cluster: Cluster, credentials: Credentials, rescue?: string): Document {
  const endpoints = endpointsOf(cluster, rescue);
  const document = new Document({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: endpoints.map((endpoint) => clusterEntry(endpoint, credentials.certificateAuthority)),
    users: [userEntry(cluster, credentials)],
    contexts: endpoints.map((endpoint) => contextEntry(cluster, endpoint)),
    'current-context': endpoints[0].name,
  });
  quoteTexts(document);
  return document;
}

/** Quotes every text that YAML 1.1 or 1.2 reads as another type, such as a cluster called `no` or `1e3`. */
export function quoteTexts(node: Parameters<typeof visit>[0]): void {
  visit(node, {
    Scalar(_, scalar) {
      if (isScalar(scalar) && typeof scalar.value === 'string' && !isPlain(scalar.value))
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

function isPlain(text: string): boolean {
  // base64 of PEM is always a text, and long to parse
  if (text.startsWith('LS0tLS1') || PLAIN.test(text)) return true;
  try {
    return parse(text) === text && parse(text, { version: '1.1' }) === text;
  } catch {
    return false;
  }
}
