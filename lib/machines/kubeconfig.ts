import { Document, isScalar, parse, Scalar, visit } from 'yaml';
import { type Cluster, HERE, type Origin, primary, serversOf } from '../cluster';
import { WRITTEN_BY } from '../files';
import { urlHost } from '../network';
import type { Credentials } from './credentials';
import { fetchCommand } from './login';

/** A way to the API server: the name of its context and of its cluster entry, and its URL. */
export interface Endpoint {
  readonly name: string;
  readonly server: string;
  /** The name to look for in the certificate of the API server. @default - the host of the URL */
  readonly tlsServerName?: string;
}

/** A name that the certificate of every API server has: https://kubernetes.io/docs/setup/best-practices/certificates/. */
const ALWAYS_IN_CERTIFICATE = 'kubernetes';

/**
 * The ways to the API of a site, the virtual IP first: `<name>` for it, `<name>-dns` for the DNS name if there is one,
 * `<name>-<server>` for each server. kubectl knows no list of servers for one cluster, hence a context for each.
 *
 * @param rescue host and port of one more, `<name>-rescue`, that need not be in the certificate, such as the end of an SSH tunnel
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

/** The name of the one user that all contexts of a site share. */
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
 * A kubeconfig with every context of the site and without credentials, `kubeconfig.template.yaml`. kubectl can read it:
 * the three places for credentials are empty texts. The current context is the virtual IP's.
 */
export function kubeconfigTemplate(cluster: Cluster, origin: Origin = HERE): string {
  const document = kubeconfig(cluster, { certificateAuthority: '', clientCertificate: '', clientKey: '' });
  document.commentBefore = [
    ` ${WRITTEN_BY}`,
    ' The empty texts are the places for the credentials of k3s.yaml of a server. To fill them in and add all to your own file:',
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

/** Quotes every text that YAML 1.1 or 1.2 reads as something else, such as a cluster called `no` or `1e3`. */
export function quoteTexts(node: Parameters<typeof visit>[0]): void {
  visit(node, {
    Scalar(_, scalar) {
      if (isScalar(scalar) && typeof scalar.value === 'string' && !isPlain(scalar.value))
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

function isPlain(text: string): boolean {
  // base64 of PEM, which is long and never anything else
  if (text.startsWith('LS0tLS1')) return true;
  try {
    return parse(text) === text && parse(text, { version: '1.1' }) === text;
  } catch {
    return false;
  }
}
