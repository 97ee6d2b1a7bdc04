import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Cluster } from '../../lib/cluster/schema';
import { hostFiles } from '../../lib/synth/hosts';

/** What /cacerts of a stub serves, and its hash. */
const CA = '-----BEGIN CERTIFICATE-----\nstub\n-----END CERTIFICATE-----\n';
export const CA_SUM = createHash('sha256').update(CA).digest('hex');

/** Exit status and output of a call of k3s-ha. */
export interface Answer {
  readonly code: number | null;
  readonly line: string;
  readonly lines: readonly string[];
}

const OWN_MAC = '02:00:00:00:00:22';

/**
 * A host of folders, with stubs for curl, arping, ip and k3s that follow the folder's files: serving/HOST:PORT is an open port,
 * macs/ADDRESS the answers to arping, addresses the output of `ip address`, route that of `ip route get`.
 */
export class StubMachine {
  readonly folder = mkdtempSync(join(tmpdir(), 'k3s-ha-'));
  environment: Record<string, string> = {};

  constructor(
    private readonly shell: readonly string[],
    site: Cluster,
  ) {
    const files = hostFiles(site);
    this.write('k3s-ha', files.get('server/k3s-ha') ?? '');
    this.write('k3s-ha.conf', files.get('server/k3s-ha.conf') ?? '');
    this.write('config/init.yaml', files.get('server/init.yaml') ?? '');
    this.write('net/eth0/address', `${OWN_MAC}\n`);
    this.write('route', '192.168.10.5 dev eth0 src 192.168.10.11 uid 0\n');
    this.write('addresses', '2: eth0    inet 192.168.10.11/24 scope global eth0\\       valid_lft forever\n');
    mkdirSync(join(this.folder, 'serving'));
    mkdirSync(join(this.folder, 'macs'));
    // servers that are powered on
    for (const host of ['192.168.10.12', '192.168.10.13']) this.hears(host, '02:00:00:00:00:99');
    this.stub('curl', CURL);
    this.stub('arping', ARPING);
    this.stub('ip', IP);
    this.stub('k3s', 'echo "$*" >>"$F/k3s-calls"\n');
    this.stub('restart', 'echo restart >>"$F/restarts"\n');
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

  has(file: string): boolean {
    return existsSync(join(this.folder, file));
  }

  /** Replaces a program. F is the folder. */
  stub(name: string, script: string): void {
    this.write(`bin/${name}`, `#!/bin/sh\nF='${this.folder}'\n${script}`);
    chmodSync(join(this.folder, 'bin', name), 0o755);
  }

  /** Opens a port that serves this text as /cacerts. */
  serves(host: string, port = 6443, text = CA): void {
    this.write(`serving/${host}:${port}`, text);
  }

  /** Hosts with these MAC addresses answer ARP for this address. */
  hears(address: string, ...macs: readonly string[]): void {
    this.write(`macs/${address}`, macs.map((mac) => `${mac}\n`).join(''));
  }

  hasData(): void {
    mkdirSync(join(this.folder, 'data/server/db/etcd/member/wal'), { recursive: true });
  }

  run(...args: readonly string[]): Answer {
    const [program = '', ...rest] = this.shell;
    const at = (file: string) => join(this.folder, file);
    const { status, stdout, stderr } = spawnSync(program, [...rest, at('k3s-ha'), ...args], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        K3S_HA_CONF: at('k3s-ha.conf'),
        K3S_HA_CONFIG: at('config'),
        K3S_HA_DATA: at('data'),
        K3S_HA_RUN: at('run'),
        K3S_HA_MANIFEST: at('kube-vip.yaml'),
        K3S_HA_NET: at('net'),
        K3S_HA_CURL: at('bin/curl'),
        K3S_HA_ARPING: at('bin/arping'),
        K3S_HA_IP: at('bin/ip'),
        K3S_HA_K3S: at('bin/k3s'),
        K3S_HA_RESTART: at('bin/restart'),
        K3S_HA_SETTLE: '0',
        K3S_HA_READY: '1',
        K3S_HA_HOSTNAME: 'K3S-1',
        ...this.environment,
      },
    });
    const lines = `${stdout}${stderr}`.trim().split('\n');
    return { code: status, line: (lines.at(-1) ?? '').replace(/^k3s-ha: /, ''), lines };
  }
}

/** The last argument is the URL. curl exits with 7 if the port refuses. */
const CURL = `for last in "$@"; do :; done
host=\${last#https://}; host=\${host%%/*}
[ -e "$F/serving/$host" ] || exit 7
while [ $# -gt 0 ]; do [ "$1" != -o ] || out=$2; [ "$1" != -w ] || echo 1; shift; done
case $last in */cacerts) cat "$F/serving/$host" >"$out" ;; esac
`;

/** As Thomas Habets' arping. The answers for a claimed VIP are in a file of their own. */
const ARPING = `[ "$1" != --help ] || { echo 'ARPing 2.23, by Thomas Habets'; exit 0; }
for address in "$@"; do :; done
macs="$F/macs/$address"
claimed=
[ ! -e "$F/claimed" ] || read -r claimed <"$F/claimed"
case $claimed in "$address"/*) macs="$macs.rivals" ;; esac
[ ! -e "$macs" ] || while read -r mac; do echo "60 bytes from $mac ($address): index=0 time=1 msec"; done <"$macs"
echo "2 packets transmitted, 0 packets received"
`;

/** k3s-ha calls it some forty times, so it starts no program. */
const IP = `lines() { while IFS= read -r line; do case $line in $1) printf '%s\\n' "$line" ;; esac; done; }
case "$*" in
  'route get '*) lines '*' <"$F/route" ;;
  *'address show to '*) [ ! -e "$F/claimed" ] || { read -r claimed <"$F/claimed"; echo "2: eth0    inet $claimed scope global eth0"; } ;;
  *'-4 address show dev '*) lines '* inet *' <"$F/addresses" ;;
  *'-6 address show dev '*) lines '* inet6 *' <"$F/addresses" ;;
  'address add '*) echo "$3" >>"$F/claimed" ;;
  'address del '*) rm "$F/claimed" ;;
esac
`;
