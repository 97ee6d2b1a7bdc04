import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Station } from '../control-plane/station';
import type { BackgroundProcess } from '../processes';
import { WEB_IMAGE } from './images';

export type TrafficPolicy = 'Local' | 'Cluster';

/** A web site with a pod on each node, and a LoadBalancer address for each traffic policy. */
export const webSite = (policies: readonly TrafficPolicy[]): string =>
  [daemonSet(), ...policies.map(service)].map((object) => stringify(object)).join('---\n');

export const serviceName = (policy: TrafficPolicy): string => `web-${policy.toLowerCase()}`;

function daemonSet(): object {
  const labels = { app: 'web' };
  const env = [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }];
  const container = { name: 'web', image: WEB_IMAGE, env, ports: [{ containerPort: 8080 }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container], terminationGracePeriodSeconds: 10 } },
    },
  };
}

function service(policy: TrafficPolicy): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: serviceName(policy), namespace: 'default' },
    spec: {
      type: 'LoadBalancer',
      externalTrafficPolicy: policy,
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080 }],
    },
  };
}

interface Request {
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly doneAt: number;
  /** The node that answered; undefined when nobody did within 3 s. */
  readonly node: string | undefined;
}

/** Somebody who asks a web site ten times a second, each time by a new connection. */
export class Visitor {
  private readonly process: BackgroundProcess;

  /** @param log file for what became of each request */
  constructor(
    station: Station,
    address: string,
    private readonly log: string,
  ) {
    const script = resolve('test/drill/scripts/web-prober.js');
    this.process = station.background(process.execPath, script, `http://${address}/`, log);
  }

  stop(): Promise<void> {
    return this.process.kill();
  }

  /** The requests that began after this time and are over, in the order of their beginnings. */
  since(time: number): Request[] {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, 'utf8').split('\n').slice(0, -1);
    return lines
      .map((line) => line.split(' '))
      .map(([asked, done, who]) => ({
        askedAt: Number(asked),
        doneAt: Number(done),
        node: who === '-' ? undefined : who,
      }))
      .filter(({ askedAt }) => askedAt >= time)
      .sort((a, b) => a.askedAt - b.askedAt);
  }

  /** Whether the last requests, two seconds of them, were all answered. */
  isServed(now: number): boolean {
    const last = this.since(now - 5000).filter(({ askedAt }) => askedAt <= now - 3000);
    return last.length >= 10 && last.every(({ node }) => node !== undefined);
  }
}
