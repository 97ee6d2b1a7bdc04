import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { RUN_NAME } from '../sandbox';
import { Site } from './site';

/** Of this run alone; removeSites takes it away. */
const FOLDER = resolve('build/drill-sites', RUN_NAME);
const SHIPPED_FILE = 'cluster.yaml';

/** The site in the root of the project, with dist/ and hosts/ as they are. */
export const SHIPPED = 'shipped';
/** The examples, by their names. */
export const EXAMPLES = readdirSync('examples')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => basename(name, '.yaml'));

/** The serial cable of the site `power`, and the path of its device. */
export const UPS = { name: 'ups1', node: 'k3s-1', port: '/dev/tty-ups1' } as const;

/** A node that only the site `power-agent` has. */
export const AGENT = { name: 'k3s-4', address: '192.168.10.14', role: 'agent', ups: UPS.name } as const;

/** The node that has the cable in the site `power-moved`. */
export const NEXT_UPS_NODE = 'k3s-2';

type ClusterFile = Readonly<Record<string, unknown>>;

/** Applied from Git. */
const withGitOps = (engine: 'flux' | 'argocd', file: ClusterFile) => ({
  ...file,
  gitops: { engine, url: 'https://git.example.com/you/site', ...(engine === 'flux' && { secrets: 'sops' }) },
});

const withLoadBalancer = (changes: object) => (file: ClusterFile) => ({
  ...file,
  loadBalancer: { ...(file['loadBalancer'] as object), ...changes },
});

/** A UPS whose driver speaks what the emulator does, at a serial line; halts that are over soon. */
const withSerialUps = (file: ClusterFile, node: string = UPS.node) => ({
  ...file,
  ups: [
    {
      ...UPS,
      node,
      driver: 'nutdrv_qx',
      options: { protocol: 'megatec', novendor: true, norating: true, pollinterval: 2 },
      runtimeAtLowBatterySeconds: 300,
    },
  ],
  power: {
    stages: { agentSeconds: 3, serverSeconds: 6, upsNodeSeconds: 12 },
    haltBudget: { agentSeconds: 10, serverSeconds: 20, upsNodeSeconds: 20 },
    marginSeconds: 6,
  },
});

/** The shipped site with something different. */
const VARIANTS = {
  'webhook-ignore': withLoadBalancer({ webhook: 'ignore' }),
  'webhook-off': withLoadBalancer({ webhook: 'off' }),
  'memberlist-fast': withLoadBalancer({ memberlist: 'fast' }),
  'failover-fast': (file: ClusterFile) => ({
    ...file,
    controlPlane: { ...(file['controlPlane'] as object), failover: 'fast' },
  }),
  power: (file: ClusterFile) => withSerialUps(file),
  'power-moved': (file: ClusterFile) => withSerialUps(file, NEXT_UPS_NODE),
  'power-agent': ({ nodes, ...file }: ClusterFile) =>
    withSerialUps({ ...file, nodes: [...(nodes as object[]), AGENT] }),
  flux: (file: ClusterFile) => withGitOps('flux', withSerialUps(file)),
  'flux-memberlist-fast': (file: ClusterFile) =>
    withGitOps('flux', withSerialUps(withLoadBalancer({ memberlist: 'fast' })(file))),
  'flux-power-only': ({ loadBalancer: _, ...file }: ClusterFile) => withGitOps('flux', withSerialUps(file)),
  argocd: (file: ClusterFile) => withGitOps('argocd', withSerialUps(file)),
  'argocd-power-only': ({ loadBalancer: _, ...file }: ClusterFile) => withGitOps('argocd', withSerialUps(file)),
} satisfies Record<string, (file: ClusterFile) => ClusterFile>;

type Variant = keyof typeof VARIANTS;

/** A site that writeSites has written. */
export function siteOf(name: string): Site {
  if (name === SHIPPED) return new Site(SHIPPED_FILE, resolve('dist'), resolve('hosts'));
  const folder = join(FOLDER, name);
  return new Site(join(folder, 'cluster.yaml'), join(folder, 'dist'), join(folder, 'hosts'));
}

/** Synthesizes all sites but the shipped one, by `npm run synth`. */
export function writeSites(): void {
  const shipped = parse(readFileSync(SHIPPED_FILE, 'utf8')) as ClusterFile;
  for (const name of EXAMPLES) write(name, readFileSync(join('examples', `${name}.yaml`), 'utf8'));
  for (const name of Object.keys(VARIANTS) as Variant[]) write(name, stringify(VARIANTS[name](shipped)));
}

export const removeSites = (): void => rmSync(FOLDER, { recursive: true, force: true });

function write(name: string, text: string): void {
  const folder = join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cluster.yaml'), text);
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'synth'], {
    env: {
      ...process.env,
      CLUSTER: join(folder, 'cluster.yaml'),
      CDK8S_OUTDIR: join(folder, 'dist'),
      HOSTS_OUTDIR: join(folder, 'hosts'),
    },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm run synth refuses the site ${name} of the drill: ${stderr.trim()}`);
}
