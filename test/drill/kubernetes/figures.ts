import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { KUBERNETES_VARIABLE } from '../drill';
import { tableOf } from '../report';
import type { Scenario } from '../scenario';
import { releaseOf } from './programs';

const FILE = 'docs/measured.md';
const HEAD = `# Measured on a real Kubernetes

The sections \`kubernetes/...\` are written by \`npm run drill -- kubernetes\`, each by the scenario of that name. What does not hold is said so.
It needs root, Go 1.26 and Debian's \`runc iptables conntrack containernetworking-plugins mmdebstrap openssl socat dbus python3-dbusmock\`. The
programs are built once, from published Go modules, into \`~/.cache/power-safe-k3s\`.

The control plane is that of k3s as programs of their own, with the arguments of \`hosts/\`; the machines are network namespaces. Not real are
the UPS (a Megatec emulator behind the real driver), the power-off (killpowerd calls a program that writes down when), kube-vip
unless \`KUBE_VIP\` names its program, logind (python3-dbusmock on a real bus), and the source-controller of Flux.
`;

/** Puts what a scenario measured into docs/measured.md, in the place of what an earlier run measured. */
export function publish(scenario: Scenario, summary: string, tookMs: number): void {
  const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : HEAD;
  const [, ...sections] = text.split(/^(?=## )/m);
  const other = process.env[KUBERNETES_VARIABLE];
  const title = `## ${scenario.name}${other ? ` on ${other}` : ''}\n`;
  const written = title + sectionOf(scenario, summary, tookMs);
  const all = [...sections.filter((section) => !section.startsWith(title)), written].sort();
  writeFileSync(FILE, [HEAD, ...all].map((part) => `${part.trimEnd()}\n`).join('\n'));
}

function sectionOf(scenario: Scenario, summary: string, tookMs: number): string {
  const [load = 0] = loadavg();
  const releases = [
    `Kubernetes ${releaseOf('kubernetes', 'k8s.io/kubernetes')}`,
    `etcd ${releaseOf('etcd', 'go.etcd.io/etcd/server/v3')}`,
    `containerd ${releaseOf('containerd', 'github.com/containerd/containerd/v2')}`,
    `MetalLB ${releaseOf('metallb', 'go.universe.tf/metallb')}`,
  ];
  const machine = `load ${load.toFixed(1)} on ${availableParallelism()} processors`;
  const [head = [], ...body] = tableOf(scenario.measurements);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const verdict = (passed: boolean) => (passed ? 'holds' : '**does not hold**');
  return [
    '',
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    '',
    `${new Date().toISOString().slice(0, 10)}, ${(tookMs / 1000).toFixed(0)} s, ${machine}; ${releases.join(', ')}.`,
    '',
    ...(head.length > 0 ? [row(head), row(head.map(() => '---')), ...body.map(row), ''] : []),
    ...scenario.checks.map(
      ({ passed, what, detail }) => `- ${verdict(passed)}: ${what}${detail && ` (${oneLine(detail)})`}`,
    ),
    '',
  ].join('\n');
}

/** On one line, and without the folders of this machine. */
const oneLine = (text: string): string =>
  text
    .replaceAll(`${process.cwd()}/`, '')
    .replace(/[^\s"]*\/drill-\d[^\s"/]*\//g, '')
    .replace(/\s+/g, ' ')
    .slice(0, 200);
