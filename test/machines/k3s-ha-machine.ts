import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { agentsOf, serversOf } from '../../lib/cluster';
import type { Cluster } from '../../lib/cluster/schema';
import { machineFiles } from '../../lib/machines/machine-files';
import { hostFiles } from '../../lib/synth/hosts';
import { site } from '../support/sites';

/** What /cacerts of a cluster serves, and its hash. */
const caOf = (name: string): string => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;
export const sumOf = (name: string): string => createHash('sha256').update(caOf(name)).digest('hex');

/** What a server does, what happened before, and exit status and line of its `start`. */
type Decision = readonly [does: string, before: () => void, says: string | RegExp];

const HOME = site();
const computed = new WeakMap<Cluster, ReadonlyMap<string, string>>();
/** hostFiles of a site, computed once for all of its nodes and tests. */
const filesOf = (cluster: Cluster): ReadonlyMap<string, string> => {
  const files = computed.get(cluster) ?? hostFiles(cluster);
  computed.set(cluster, files);
  return files;
};

const PASSWORD = '0123456789abcdef-of-the-test';

/**
 * A node of folders. Its curl asks k3s-ha of the other servers in their folders, so question, vote and answer are real. A file
 * peers/ADDRESS names the folder of a server, serving/HOST:PORT is an open API, macs/ADDRESS the answer to ARP, and
 * ports/ADDRESS/PORT/PROTOCOL what curl or bash say of a port: by default a connection of TCP, and nothing of UDP.
 */
export class StubMachine {
  readonly folder = mkdtempSync(join(tmpdir(), 'k3s-ha-'));
  readonly name: string;
  private readonly addresses: readonly string[];

  constructor(
    shell: readonly string[],
    private readonly site: Cluster,
    index = 0,
  ) {
    const files = filesOf(site);
    const node = nodesOf(site)[index];
    if (!node) throw new Error(`the site has no node ${index}`);
    this.name = node.name;
    this.addresses = node.address.map(({ text }) => text);
    for (const file of ['k3s-ha', 'k3s-ha.conf']) this.write(file, files.get(`server/${file}`) ?? '');
    this.write('config/config.yaml', files.get('server/config.yaml') ?? '');
    this.write('config/token', `${PASSWORD}\n`);
    this.write('route', '192.168.10.5 dev eth0 src 192.168.10.11 uid 0\n');
    this.has(...this.addresses);
    this.stub('curl', CURL);
    this.stub('ip', IP);
    this.stub('bash', 'cat "$F/ports/$3/$4/udp" 2>/dev/null && exit 1; exit 142\n');
    this.stub('k3s', 'echo "$*" >>"$F/k3s-calls"\n');
    this.stub('restart', 'echo restart >>"$F/restarts"\n');
    this.stub('k3s-ha', ENVIRONMENT(shell));
    mkdirSync(join(this.folder, 'root/run/systemd/system'), { recursive: true });
    this.stub('timedatectl', 'echo yes\n');
    this.stub('dd', DD);
    this.isNamed(this.name.toUpperCase());
    // it has systemd
    mkdirSync(join(this.folder, 'root/run/systemd/system'), { recursive: true });
  }

  /** Installs the files of hosts/ below root/. */
  installs(): void {
    const role = this.site.nodes.find(({ name }) => name === this.name)?.role ?? 'server';
    for (const { path, content } of machineFiles(this.site, role, {}, {})) this.write(`root${path}`, content);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  read(file: string): string | undefined {
    const path = join(this.folder, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  /** Replaces a program. F is the folder. */
  stub(name: string, script: string): void {
    this.write(`bin/${name}`, `#!/bin/sh\nF='${this.folder}'\n${script}`);
    chmodSync(join(this.folder, 'bin', name), 0o755);
  }

  /** Adds variables to the environment of k3s-ha. */
  sets(variables: Readonly<Record<string, string>>): void {
    const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
    this.write('environment', `${this.read('environment') ?? ''}${lines.join('')}`);
  }

  isNamed(name: string): void {
    this.sets({ K3S_HA_HOSTNAME: name });
  }

  /** Its addresses. */
  has(...addresses: readonly string[]): void {
    const lines = addresses.map((one) => `2: eth0    ${one.includes(':') ? 'inet6' : 'inet'} ${one}/24 scope global`);
    this.write('addresses', lines.join('\n'));
  }

  /** Opens a port that serves the CA of this cluster. */
  serves(host: string, ca = 'ours'): void {
    this.write(`serving/${host}:6443`, caOf(ca));
  }

  /** Connects it to another server, in one direction. */
  reaches(other: StubMachine): void {
    for (const address of other.addresses) {
      this.write(`peers/${address}`, other.folder);
      this.write(`macs/${address}`, '02:00:00:00:00:99');
    }
  }

  /** Packets to another server are dropped, which still answers ARP unless it is powered off. */
  dropsTo(other: StubMachine, folders: readonly string[] = ['peers']): void {
    for (const one of folders) for (const address of other.addresses) rmSync(join(this.folder, one, address));
  }

  /** Gives it data of a cluster, or with '' of one that has no CA yet. */
  hasData(ca = 'ours'): void {
    mkdirSync(join(this.folder, 'data/server/db/etcd/member/wal'), { recursive: true });
    this.write('data/server/tls/server-ca.crt', ca && caOf(ca));
  }

  /** A power cycle: /run is empty. */
  reboots(): void {
    rmSync(join(this.folder, 'run'), { recursive: true, force: true });
  }

  /** Exit status, last line and all lines of a call of k3s-ha. */
  run(...args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(join(this.folder, 'bin/k3s-ha'), args, { encoding: 'utf8' });
    const lines = `${stdout}${stderr}`.trim().split('\n');
    return { code: status, line: (lines.at(-1) ?? '').replace(/^k3s-ha: /, ''), lines };
  }

  /** Exit status and last line of `k3s-ha start`, which leaves settings only of that to which it decides. */
  start(): string {
    const { code, line } = this.run('start');
    const left = ['run/found.env', 'config/config.yaml.d/50-join.yaml'].map((file) => this.read(file) !== undefined);
    expect([line, ...left]).toEqual([line, line.startsWith('INIT '), line.startsWith('JOIN ')]);
    return `${code} ${line}`;
  }

  /** What k3s-ha answers to these bytes. */
  answers(bytes: string | Buffer): string {
    return spawnSync(join(this.folder, 'bin/k3s-ha'), ['answer'], { input: bytes, encoding: 'utf8' }).stdout;
  }

  /** A question with the signature of a server that has the token. */
  question(verb: string, from: string, boot = '-', password = PASSWORD, nonce = 'a'.repeat(32)): string {
    const text = `${verb} ${from} ${this.name} ${nonce} ${boot}`;
    return `GET /k3s-ha/${text.replaceAll(' ', '/')}/${this.sign(text, password)} HTTP/1.1\r\nHost: x\r\n\r\n`;
  }

  sign(text: string, password = PASSWORD): string {
    const [, servers = ''] = /^SERVERS='(.*)'$/m.exec(this.read('k3s-ha.conf') ?? '') ?? [];
    return createHmac('sha256', password).update(`k3s-ha home ${servers} ${text}`).digest('hex');
  }
}

/** Servers first. */
const nodesOf = (cluster: Cluster) => [...serversOf(cluster), ...agentsOf(cluster)];

/** The servers of a site, connected with each other, and then its agents, which reach the servers. For each test anew. */
export function stubServers(shell: readonly string[]) {
  let servers: StubMachine[] = [];
  const remove = () => {
    for (const one of servers) one.remove();
    servers = [];
  };
  const at = (index: number): StubMachine => {
    const server = servers[index];
    if (!server) throw new Error(`there is no server ${index}`);
    return server;
  };
  const install = (cluster: Cluster) => {
    remove();
    servers = nodesOf(cluster).map((_, i) => new StubMachine(shell, cluster, i));
    const listening = servers.slice(0, serversOf(cluster).length);
    for (const one of servers) for (const other of listening) if (one !== other) one.reaches(other);
  };
  beforeEach(() => install(HOME));
  afterAll(remove);
  return {
    install,
    all: () => servers,
    at,
    /** A test for each decision of a node. */
    decides(index: number, rows: readonly Decision[]): void {
      test.each(rows)('%s', (_, before, says) => {
        before();
        expect(at(index).start()).toMatch(says);
      });
    },
    /** Powers a server off. */
    off(index: number): void {
      for (const one of servers) if (one !== at(index)) one.dropsTo(at(index), ['peers', 'macs']);
    },
  };
}

const ENVIRONMENT = (shell: readonly string[]): string => `export PATH="$F/bin:$PATH"
export K3S_HA_CONF="$F/k3s-ha.conf" K3S_HA_CONFIG="$F/config" K3S_HA_DATA="$F/data" K3S_HA_RUN="$F/run"
unset K3S_HA_NOW
export K3S_HA_FILES="$F/root/usr/local/share/k3s-ha/files" K3S_HA_ROOT="$F/root"
export K3S_HA_NODES="$F/nodes" K3S_HA_MANIFEST="$F/kube-vip.yaml" K3S_HA_IP="$F/bin/ip" K3S_HA_RESTART="$F/bin/restart" K3S_HA_READY=1
. "$F/environment"
exec ${shell.join(' ')} "$F/k3s-ha" "$@"
`;

/** How long a write to the disk takes, for `check_disk`; other calls are real. */
const DD = `case "$*" in *conv=notrunc*) echo "2300 bytes copied, $(cat "$F/write-seconds" 2>/dev/null || echo 0.0005) s, 1 MB/s" >&2 ;; *) exec /bin/dd "$@" ;; esac
`;

/** The last argument is the URL. curl exits with 28 if nothing answers, with 7 if the port refuses, which is a peer "refuses". */
const CURL = `for last in "$@"; do :; done
url=\${last#*://}; host=\${url%%/*}; address=\${host%:*}; address=\${address#[}; address=\${address%]}
case $last in
  https:*)
    [ -e "$F/serving/$host" ] || exit 7
    while [ $# -gt 0 ]; do [ "$1" != -o ] || out=$2; shift; done
    cat "$F/serving/$host" >"$out"
    exit
    ;;
esac
peer=; read -r peer 2>/dev/null <"$F/peers/$address"
case "$*" in
  *time_connect*)
    cat "$F/ports/$address/\${host##*:}/tcp" 2>/dev/null && exit 7
    [ -z "$peer" ] && printf ' 0.000000' || printf ' 0.000123'
    exit
    ;;
esac
[ -n "$peer" ] || { printf ' 000'; exit 28; }
[ "$peer" != refuses ] || { printf ' 000'; exit 7; }
reply=$(printf 'GET /%s HTTP/1.1\\r\\n\\r\\n' "\${url#*/}" | "$peer/bin/k3s-ha" answer 2>/dev/null | tr -d '\\r')
case $reply in 'HTTP/1.0 '*) code=\${reply#* } code=\${code%% *} ;; *) code=000 ;; esac
case $reply in *"

"*) body=\${reply#*"

"} ;; *) body= ;; esac
printf '%s %s' "$body" "$code"
`;

const IP = `case "$*" in
  'route get '*) cat "$F/route" ;;
  *'address show'*) cat "$F/addresses" ;;
  'neigh show to '*) [ ! -e "$F/macs/$4" ] || echo "$4 dev eth0 lladdr $(cat "$F/macs/$4") REACHABLE" ;;
esac
`;
