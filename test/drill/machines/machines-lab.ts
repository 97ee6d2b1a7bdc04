import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { createServer, type Server, request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readProjectFile } from '../../../lib/files/project';
import { ApiServer } from '../../live/api-server';
import { kubectlPath } from '../../support/kubectl';
import { programPath } from '../../support/program';
import { homeInput } from '../../support/sites';
import { writeCertificates } from '../control-plane/api-certificates';
import type { RootFileSystem } from '../machine/root-file-systems';
import { Network } from '../network';
import { command, run, SYSTEM_PATH } from '../processes';
import type { Scenario } from '../scenario';
import { Kubelets } from './kubelets';
import { StockHost, USER } from './stock-host';

const SUBNET = '10.97.0.';
const VIP = `${SUBNET}5`;
const API_PORT = 6443;
const KUBE_VIP_APPLIED = '/run/kube-vip-applied';

/** How a command of the person ended, and its lines. */
export interface Ran {
  readonly status: number | null;
  readonly lines: readonly string[];
}

/** What happens at a line of the output. */
export interface Cut {
  readonly at: string;
  /** @default - the command is killed */
  readonly by?: () => Promise<void>;
}

/** What differs from three hosts with Debian 12 and stand-ins for k3s. */
export interface LabOptions {
  /** Whether k3s has a real etcd, and Nodes register. */
  readonly etcd?: boolean;
  /** The systems of the hosts. */
  readonly systems?: readonly RootFileSystem[];
  /** The name of the second host. */
  readonly second?: string;
}

/** Three stock hosts on a network, and the computer of a person with an SSH key for them and a cluster.yaml. */
export class MachinesLab {
  readonly api = new ApiServer();
  readonly hosts: StockHost[] = [];
  /** How many commands the person has run. */
  commands = 0;
  private readonly network = new Network();
  /** Of the person's computer, also the home. */
  readonly folder: string;
  private vip: Server | undefined;
  private watch: NodeJS.Timeout | undefined;
  private kubelets: Kubelets | undefined;

  constructor(
    private readonly scenario: Scenario,
    private readonly options: LabOptions = {},
  ) {
    this.folder = scenario.folder('computer');
  }

  async start(): Promise<void> {
    const addresses = [1, 2, 3].map((i) => `${SUBNET}${10 + i}`);
    const certificates = this.scenario.folder('certificates');
    const k3sYaml = await writeCertificates(certificates, [VIP, ...addresses], ['api.home.arpa']);
    await command('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', this.path('key'));
    const sshKey = readFileSync(this.path('key.pub'), 'utf8');
    mkdirSync(this.path('bin'));
    const config = ['IdentityFile', this.path('key'), 'StrictHostKeyChecking accept-new', 'UserKnownHostsFile'];
    writeFileSync(
      this.path('ssh_config'),
      `${config[0]} ${config[1]}\n${config[2]}\n${config[3]} ${this.path('known')}\n`,
    );
    writeFileSync(this.path('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${this.path('ssh_config')} "$@"\n`, {
      mode: 0o755,
    });
    writeFileSync(this.path('bin/kubectl'), readProjectFile('test/drill/scripts/kubectl-doctor.sh'), { mode: 0o755 });
    writeFileSync(
      this.path('cluster.yaml'),
      stringify(homeInput).replaceAll('192.168.10.', SUBNET).replaceAll('k3s-2', this.nameOf(1)),
    );
    await command('ip', 'link', 'set', 'lo', 'up');
    await this.network.start();
    await this.network.join(`${SUBNET}1/24`);
    await this.api.start();
    const { scenario, network } = this;
    for (const [i, address] of addresses.entries()) {
      const host = new StockHost({
        scenario,
        name: this.nameOf(i),
        address,
        network,
        etcd: this.options.etcd ?? false,
        sshKey,
        k3sYaml,
        system: this.options.systems?.[i],
      });
      this.hosts.push(host);
      await host.install();
    }
    this.watch = setInterval(() => void this.takeVip(certificates), 200);
    if (this.options.etcd) this.kubelets = new Kubelets(this.api.store, this.hosts);
  }

  async stop(): Promise<void> {
    clearInterval(this.watch);
    this.kubelets?.stop();
    this.vip?.closeAllConnections();
    this.vip?.close();
    await this.api.stop();
    for (const host of this.hosts) await host.remove();
    await this.network.stop();
  }

  private nameOf(i: number): string {
    return (i === 1 && this.options.second) || `k3s-${i + 1}`;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Powers hosts on, and waits for their sshd. */
  async boot(...hosts: readonly StockHost[]): Promise<void> {
    for (const host of hosts) await host.boot();
    // a host that boots has a new MAC address here
    await command('ip', 'neigh', 'flush', 'all');
    for (const host of hosts) {
      await this.scenario.wait(`sshd of ${host.hostname} answers`, 60_000, async () => {
        return (await run('ssh-keyscan', ['-T', '2', host.address])).stdout !== '';
      });
    }
    for (const host of this.hosts) if (!host.isOff && host.bootId) await host.ask('ip neigh flush all');
  }

  /** Runs the program as the person does. Output goes to a log of the scenario. */
  async run(args: readonly string[], cut?: Cut): Promise<Ran> {
    const { timeline, logFolder } = this.scenario;
    this.commands++;
    timeline.log('person', `power-safe-k3s ${args.join(' ')}`);
    const child = spawn(process.execPath, [programPath(), ...args], {
      cwd: this.folder,
      env: {
        PATH: `${this.path('bin')}:${SYSTEM_PATH}`,
        HOME: this.folder,
        ANSWERS: this.folder,
        KUBECTL: kubectlPath(),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const lines: string[] = [];
    let rest = '';
    let cutting: Promise<void> | undefined;
    const read = (chunk: Buffer) => {
      const parts = (rest + chunk.toString('utf8')).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        timeline.log('person', line);
        appendFileSync(join(logFolder, 'person.log'), `${line}\n`);
        if (cut && !cutting && line.includes(cut.at)) {
          cutting = cut.by ? cut.by() : killed(child);
        }
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const status = await new Promise<number | null>((resolve) => {
      child.once('close', resolve);
    });
    await cutting;
    if (cut)
      this.scenario.check(`it is cut at "${cut.at}"`, cutting !== undefined && status !== 0, `exit status ${status}`);
    return { status, lines };
  }

  /** The person has checked the new SSH key of a host. */
  async forgetKey({ address }: StockHost): Promise<void> {
    await command('ssh-keygen', '-q', '-R', address, '-f', this.path('known'));
  }

  /** What kubectl says to doctor: all nodes are Ready, and the UPS has a status. */
  says(status: string): void {
    const nodes = this.hosts.map(({ hostname }) => ({
      metadata: { name: hostname },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    }));
    const pods = [{ metadata: { name: 'nut-primary-a' }, spec: { nodeName: 'k3s-1' }, status: {} }];
    writeFileSync(this.path('nodes'), JSON.stringify({ items: nodes }));
    writeFileSync(this.path('pods'), JSON.stringify({ items: pods }));
    writeFileSync(this.path('ups'), `ups.status: ${status}\n`);
  }

  /** What etcd of the first server says of its members: the servers, and further addresses. */
  members(...further: readonly string[]): void {
    const addresses = [...this.hosts.map((_, i) => `${SUBNET}${11 + i}`), ...further];
    const members = addresses.map((address) => ({ ID: '1', peerURLs: [`https://${address}:2380`] }));
    this.hosts[0]?.write('/usr/local/share/members', JSON.stringify({ members }));
  }

  /** `machines VERB` with the options that every call has. */
  machines(verb: string, args: readonly string[] = [], cut?: Cut): Promise<Ran> {
    const kubectl =
      verb === 'status' ? [] : ['--kubectl', this.options.etcd ? kubectlPath() : this.path('bin/kubectl')];
    return this.run(['machines', verb, ...args, '--ssh', `${USER}@`, '--sudo', ...kubectl], cut);
  }

  /** `snapshots VERB NAME`, with the options that every call has. */
  snapshots(verb: string, name?: string, args: readonly string[] = [], cut?: Cut): Promise<Ran> {
    return this.run(['snapshots', verb, ...(name ? [name] : []), ...args, '--ssh', `${USER}@`, '--sudo'], cut);
  }

  /** The servers that are on, those first whose API is ready: kube-vip would run on one of them. */
  private holders(): string[] {
    const isReady = ({ hostname }: StockHost) => this.kubelets?.isReady(hostname) ?? false;
    const on = this.hosts.filter(({ isOff }) => !isOff);
    return [...on.filter(isReady), ...on.filter((host) => !isReady(host))].map(({ address }) => address);
  }

  /** Stands for kube-vip: the VIP is up once k3s-ha has applied its manifest. What is not of k3s itself goes to the stand-in API. */
  private async takeVip(certificates: string): Promise<void> {
    const founder = this.hosts.find((host) => {
      try {
        return existsSync(host.path(KUBE_VIP_APPLIED));
      } catch {
        // off, or not yet on
        return false;
      }
    });
    if (this.vip || !founder) return;
    const file = (name: string) => readFileSync(join(certificates, name));
    this.vip = createServer({ key: file('server.key'), cert: file('server.crt') }, (request, response) => {
      const { method, headers, url = '' } = request;
      const isOfK3s = url === '/cacerts' || url === '/stand-in';
      const answerBy = ([host, ...others]: readonly string[]): void => {
        const answer = isOfK3s
          ? tlsRequest({ host, port: API_PORT, path: url, rejectUnauthorized: false })
          : plainRequest(`${this.api.url}${url}`, { method, headers });
        answer.on('response', (from) => {
          response.writeHead(from.statusCode ?? 500, from.headers);
          from.pipe(response);
        });
        answer.on('error', () => (isOfK3s && others.length > 0 ? answerBy(others) : response.destroy()));
        if (isOfK3s) answer.end();
        else request.pipe(answer);
      };
      answerBy(this.holders());
    });
    await this.network.join(`${VIP}/32`);
    this.vip.listen(API_PORT, VIP);
  }
}

/** Kills the program and its ssh, as a terminal that is closed. */
async function killed({ pid }: ChildProcess): Promise<void> {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
