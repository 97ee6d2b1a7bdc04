import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { Controllers, type Delays } from './controllers';
import type { KubeObject } from './kube-object';
import { badRequest, notFound, Refusal } from './refusal';
import { discovery, groupVersionOf, nameOf, type Resource, servedResources } from './resources';
import { type Place, Store } from './store';
import { watchList } from './watch';
import { Writer } from './writer';

/** A request, what was answered, and what it did. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  /** The reason of a refusal. */
  readonly message: string;
}

/** What befalls a request before it is looked at: a refusal, no answer at all, a cut connection, or nothing. */
export type Fate = Refusal | 'silence' | 'cut' | undefined;

/**
 * A Kubernetes API server that refuses what a real one refuses to a `kubectl apply`, on 127.0.0.1 at a free port, without
 * authentication. Each refusal has its source where it stands: validation.ts, semantics.ts, writer.ts, controllers.ts.
 *
 * It serves discovery and as much OpenAPI v3 as kubectl needs to leave validation to the server; get, list, watch, create, replace,
 * delete; JSON merge patch, strategic merge patch and server-side apply; dryRun=All and fieldValidation. Kinds of a
 * CustomResourceDefinition are there only when it is Established. A webhook has to answer before what it checks is stored.
 *
 * What it does not model, so that nothing is concluded from it: users, RBAC, quotas and Pod Security; the decision of a webhook (one
 * that answers, agrees); CEL rules of a definition and conversion between its versions; field managers, so that server-side apply
 * never conflicts and never removes a field; defaults and empty lists of fields this project does not write; JSON patch; paging;
 * deletion in the background, finalizers and garbage collection; etcd.
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

  constructor(delays: Delays = {}) {
    this.controllers = new Controllers(this.store, delays);
    this.writer = new Writer(this.store, this.controllers);
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

  /** The requests that changed something or tried to. */
  get writes(): LoggedRequest[] {
    return this.requests.filter(({ method, query }) => method !== 'GET' && !query.includes('dryRun=All'));
  }

  /** How many definitions are Established. */
  get servedDefinitions(): number {
    return this.controllers.established().length;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { method = 'GET' } = request;
    const { pathname: path } = url;
    const query = url.search.slice(1);
    const fate = this.fateOf({ method, path, query });
    if (fate === 'cut') request.socket.destroy();
    if (fate === 'cut' || fate === 'silence') return;
    let message = '';
    try {
      if (fate) throw fate;
      await this.handle(method, url, request, response);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
      message = refusal.message;
      send(response, refusal.code, refusal.status);
    }
    const status = response.statusCode;
    this.requests.push({ method, path, query, status, message });
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
      watchList(this.store, resource, place, query, response);
      return;
    }
    if (method === 'GET') {
      const object = this.store.get(place);
      if (!object) throw notFound(`${nameOf(resource)} "${place.name}" not found`);
      send(response, 200, served(resource, object));
      return;
    }
    const body = await textOf(request);
    const contentType = request.headers['content-type'] ?? '';
    const { object, created, warnings } = this.writer.write({
      method,
      resource,
      place,
      body: parsed(body, contentType),
      contentType,
      dryRun: query.get('dryRun') === 'All',
      fieldValidation: query.get('fieldValidation'),
    });
    for (const warning of warnings) response.appendHeader('warning', `299 - "${warning.replaceAll('"', '\\"')}"`);
    send(response, created ? 201 : 200, served(resource, object));
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

/** An object in the version it was asked for. */
const served = (resource: Resource, object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: groupVersionOf(resource),
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.includes('\0')) throw badRequest('this server takes JSON and YAML, not protobuf');
  return text;
}

/** A body in JSON, which is most of them, is YAML too; to read it as YAML takes a hundred times as long. */
function parsed(body: string, contentType: string): unknown {
  if (body === '') return {};
  return contentType.endsWith('json') ? JSON.parse(body) : parse(body);
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
