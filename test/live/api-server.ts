import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Behaviour, Controllers } from './controllers';
import { type Fields, fieldsAt, type KubeObject } from './kube-object';
import { notFound, Refusal } from './refusal';
import { discovery, groupVersionOf, nameOf, type Resource, servedResources } from './resources';
import { type Place, Store } from './store';
import { watch } from './watch';
import { Writer } from './writer';

/** Every cluster has this namespace. */
const KUBE_SYSTEM: readonly [Place, KubeObject] = [
  { group: '', plural: 'namespaces', namespace: '', name: 'kube-system' },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } },
];

/** A request that was answered. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

/** What befalls a request before it is looked at: a refusal, no answer at all, a cut connection, or nothing. */
export type Fate = Refusal | 'silence' | 'cut' | undefined;

/**
 * The API server of a Kubernetes cluster as far as `npm run apply` and kubectl need one, on 127.0.0.1 at a free port, without
 * authentication: discovery, get, list, create, apply's patches, delete, and the watches of `kubectl wait` and `kubectl rollout
 * status`. It stores what it is given: of defaults it has the update strategy of a DaemonSet, of validation the namespace, the selector of a workload
 * and webhooks.
 *
 * contract.ts lists its answers; `npm run drill -- kubernetes/contract` asks a real API server for the same. It answers 501 to what it
 * does not emulate. What a real API server makes of dist/ is shown by the other scenarios of that drill.
 */
export class ApiServer {
  readonly requests: LoggedRequest[] = [];
  readonly store = new Store();
  /** What befalls each request, for tests of a server in trouble. */
  fateOf: (request: Pick<LoggedRequest, 'method' | 'path' | 'query'>) => Fate = () => undefined;
  private port = 0;
  private readonly controllers: Controllers;
  private readonly writer: Writer;
  private readonly server: Server;

  constructor(behaviour: Behaviour = {}) {
    this.controllers = new Controllers(this.store, behaviour);
    this.writer = new Writer(this.store, behaviour.unansweredCalls ?? 0);
    this.store.put(...KUBE_SYSTEM);
    this.server = createServer((request, response) => {
      void this.answer(request, response);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.listen(this.port, '127.0.0.1', resolve);
    });
    ({ port: this.port } = this.server.address() as AddressInfo);
  }

  async stop(): Promise<void> {
    this.controllers.stop();
    await this.closePort();
  }

  /** Is away for a while, as a server that is restarted: connections are cut and new ones refused. What is stored stays. */
  async restart(milliseconds: number): Promise<void> {
    await this.closePort();
    await new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    });
    await this.start();
  }

  private async closePort(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private list(resource: Resource, { group, plural, namespace }: Place, query: URLSearchParams): object {
    const [label, value] = query.get('labelSelector')?.split('=') ?? [];
    const items = this.store
      .list(group, plural, namespace)
      .filter(({ metadata }) => label === undefined || fieldsAt(metadata, 'labels')[label] === value);
    const metadata = { resourceVersion: String(this.store.revision) };
    return { kind: `${resource.kind}List`, apiVersion: groupVersionOf(resource), metadata, items };
  }

  /** The requests that changed something or tried to. */
  get writes(): LoggedRequest[] {
    return this.requests.filter(({ method, query }) => method !== 'GET' && !query.includes('dryRun=All'));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { method = 'GET' } = request;
    const { pathname: path } = url;
    const query = url.search.slice(1);
    const fate = this.fateOf({ method, path, query });
    if (fate === 'cut') request.socket.destroy();
    if (fate === 'cut' || fate === 'silence') return;
    try {
      if (fate) throw fate;
      await this.handle(method, url, request, response);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
      send(response, refusal.code, refusal.status);
    }
    this.requests.push({ method, path, query });
  }

  private async handle(method: string, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const resources = servedResources(this.controllers.established());
    const document = discovery(url.pathname, resources);
    if (document) {
      send(response, 200, document);
      return;
    }
    if (url.pathname === '/openapi/v2') {
      response.writeHead(200, { 'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' });
      response.end(EMPTY_OPENAPI_V2);
      return;
    }
    const { resource, place } = locate(url.pathname, resources);
    const { searchParams: query } = url;
    if (method === 'GET' && place.name === '') {
      if (query.has('watch')) watch(this.store, resource, place, query, response);
      else send(response, 200, this.list(resource, place, query));
      return;
    }
    if (method === 'GET' || method === 'DELETE') {
      const object = this.store.get(place);
      if (!object) throw notFound(`${nameOf(resource)} "${place.name}" not found`);
      if (method === 'DELETE') this.store.delete(place, object);
      send(
        response,
        200,
        method === 'GET' ? object : { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' },
      );
      return;
    }
    const contentType = request.headers['content-type'] ?? '';
    const dryRun = query.get('dryRun') === 'All';
    const body = await bodyOf(request);
    const { object, created } = this.writer.write({ method, resource, place, body, contentType, dryRun });
    send(response, created ? 201 : 200, object);
  }
}

/**
 * OpenAPI v2 in protobuf with nothing but `swagger: "2.0"`. kubectl asks for it when v3 does not know a kind; with a 404 it would
 * speak of a resource that the server cannot find and not of the kind.
 */
const EMPTY_OPENAPI_V2 = Buffer.from('\n\x032.0');

/** Which kind and which object a path means. */
function locate(path: string, resources: readonly Resource[]): { resource: Resource; place: Place } {
  const [, core, group = '', version, rest = ''] = path.match(/^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))\/(.+)$/) ?? [];
  const parts = rest.split('/').map(decodeURIComponent);
  const [namespace = '', plural = '', name = '', more] =
    parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(1) : ['', ...parts];
  const resource = resources.find(
    (candidate) => candidate.group === group && candidate.version === (core ?? version) && candidate.plural === plural,
  );
  if (!resource || more !== undefined) throw notFound('the server could not find the requested resource');
  return { resource, place: { group, plural, namespace, name } };
}

/** A JSON object; kubectl sends YAML only to whom it cannot send JSON. */
async function bodyOf(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Fields;
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
