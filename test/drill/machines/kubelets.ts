import { get } from 'node:https';
import type { Store } from '../../live/store';
import type { StockHost } from './stock-host';

const API_PORT = 6443;
const INTERVAL_MS = 300;
/** In place of the 50 s of Kubernetes. */
const GRACE_MS = 15_000;

/** Stands for the kubelets: registers the Node of each host when its k3s starts, with a Secret for its password, and keeps its condition. */
export class Kubelets {
  private readonly timer: NodeJS.Timeout;
  /** When k3s of a host was last ready, and whether it was at the last look. */
  private readonly seen = new Map<string, { at: number; isUp: boolean }>();

  constructor(
    private readonly store: Store,
    hosts: readonly StockHost[],
  ) {
    this.timer = setInterval(() => {
      for (const host of hosts) void this.look(host);
    }, INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  isReady(name: string): boolean {
    return Date.now() - (this.seen.get(name)?.at ?? 0) < GRACE_MS;
  }

  private async look(host: StockHost): Promise<void> {
    const { hostname: name, address } = host;
    const isUp = !host.isOff && host.bootId !== '' && (await answers(address));
    const { at = 0, isUp: was = false } = this.seen.get(name) ?? {};
    this.seen.set(name, { at: isUp ? Date.now() : at, isUp });
    const place = { group: '', plural: 'nodes', namespace: '', name };
    const node = this.store.get(place);
    // a kubelet registers when it starts
    if (!node && !(isUp && !was)) return;
    const status = this.isReady(name) ? 'True' : 'Unknown';
    if (node && JSON.stringify(node['status']).includes(`"status":"${status}"`)) return;
    const labels = { 'node-role.kubernetes.io/control-plane': 'true', 'node-role.kubernetes.io/etcd': 'true' };
    this.store.put(place, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: node?.metadata ?? { name, labels },
      ...(node?.['spec'] !== undefined && { spec: node['spec'] }),
      status: { addresses: [{ type: 'InternalIP', address }], conditions: [{ type: 'Ready', status }] },
    });
    const secret = { group: '', plural: 'secrets', namespace: 'kube-system', name: passwordOf(name) };
    if (this.store.get(secret)) return;
    const metadata = { name: secret.name, namespace: secret.namespace };
    this.store.put(secret, { apiVersion: 'v1', kind: 'Secret', metadata });
  }
}

/** The Secret with the hash of the password of a node. */
export const passwordOf = (node: string): string => `${node}.node-password.k3s`;

const answers = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const options = { host, port: API_PORT, path: '/readyz', rejectUnauthorized: false, timeout: 1000, agent: false };
    const request = get(options, ({ statusCode }) => {
      resolve(statusCode === 200);
      request.destroy();
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
