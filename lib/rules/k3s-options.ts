import { agentsOf, type Cluster, type K3sOptions, type Path, systemsOf } from '../cluster';
import { quoted } from '../text';
import { CRITICAL, ofNode, ofServer, TAKEN_ARGUMENTS, takenOption } from './k3s-option-facts';
import { type Report, subject } from './subject';

const RULES = {
  'k3s-option-taken': {
    cause: 'An option or flag that this project sets, or that would undo what it promises',
    cure: 'The message names the field to use instead, if there is one',
  },
  'k3s-option-secret': { cause: 'A secret in plain text, in cluster.yaml and in files for all hosts' },
  'k3s-option-critical': { cause: 'An option on which all servers must agree is set for one of them' },
  'k3s-option-of-node': { cause: '`node-external-ip` is set for several nodes' },
  'k3s-option-of-server': { cause: 'An option of servers is set for an agent, which does not start with it' },
  'k3s-option-unknown': {
    cause: 'k3s documents no such option. A server ignores it with a line in its log, an agent does not start',
    severity: 'warning',
  },
  'k3s-option-conflict': { cause: 'An option contradicts a field or another option' },
  'k3os-blank': { cause: 'A value has a blank, at which k3OS divides its arguments' },
} as const;

interface Group {
  readonly options: K3sOptions;
  readonly path: Path;
  /** Whether agents get these options, and servers. */
  readonly agents: boolean;
  readonly servers: boolean;
  readonly single: boolean;
}

/** The options of a site leave the bootstrap, the join, the failover and the shutdown as they are. */
export const k3sOptions = subject(RULES, (cluster, report) => {
  const { k3s, nodes } = cluster;
  const groups: readonly Group[] = [
    { options: k3s.all, path: ['k3s', 'all'], agents: agentsOf(cluster).length > 0, servers: true, single: false },
    { options: k3s.servers, path: ['k3s', 'servers'], agents: false, servers: true, single: false },
    { options: k3s.agents, path: ['k3s', 'agents'], agents: true, servers: false, single: false },
    ...nodes.map(({ k3s: options, role }, n) => ({
      options,
      path: ['nodes', n, 'k3s'],
      agents: role === 'agent',
      servers: role === 'server',
      single: true,
    })),
  ];
  for (const group of groups) {
    for (const [key, value] of Object.entries(group.options)) {
      if (value === undefined) continue;
      checkOption(group, key, report);
      if (Array.isArray(value)) checkArguments(key, value, [...group.path, key], report);
      if (!systemsOf(cluster).includes('k3os') || ![value].flat().some((one) => /\s/.test(String(one)))) continue;
      report(
        'k3os-blank',
        [...group.path, key],
        `a value of ${key} has a blank, at which k3OS divides its arguments`,
        'remove the blank, or list the other systems in os',
      );
    }
    checkConflicts(cluster, group, report);
  }
  for (const path of secretsIn(k3s.registries?.['configs'], ['k3s', 'registries', 'configs'])) {
    report(
      'k3s-option-secret',
      path,
      'credentials of a registry would be in committed files',
      SECRET_CURES['registries'],
    );
  }
});

const SECRET_CURES = {
  registries: 'remove auth, and use an imagePullSecret or a mirror without login',
  s3: 'use k3s.etcdS3, and create its Secret by power-safe-k3s secret s3',
  token: 'remove it: k3s reads its token from a file on the host',
  'vpn-auth': 'use vpn-auth-file',
} as const;

const secretCure = (key: string): string | undefined => {
  if (/^etcd-s3-(access-key|secret-key|session-token)$/.test(key)) return SECRET_CURES.s3;
  if (/^((agent-)?token|cluster-secret)$/.test(key)) return SECRET_CURES.token;
  return key === 'vpn-auth' ? SECRET_CURES['vpn-auth'] : undefined;
};

function checkOption({ path, agents, servers, single }: Group, key: string, report: Report<typeof RULES>): void {
  const at = [...path, key];
  const [taken, secret] = [takenOption(key), secretCure(key)];
  if (secret !== undefined) {
    report('k3s-option-secret', at, `${key} would be a secret in committed files`, secret);
  } else if (taken) {
    report('k3s-option-taken', at, `${key} is not free: ${taken.reason}`, taken.cure);
  } else if (!ofNode(key) && !ofServer(key)) {
    const message = `k3s documents no option ${quoted(key)}`;
    report('k3s-option-unknown', at, message, 'correct it, unless your release of k3s has it');
  } else if (agents && !ofNode(key)) {
    const message = `${key} is an option of servers, with which an agent does not start`;
    report('k3s-option-of-server', at, message, 'set it in k3s.servers');
  } else if (single && servers && CRITICAL.includes(key)) {
    const message = `all servers must agree on ${key}, and this is one node`;
    report('k3s-option-critical', at, message, 'set it in k3s.servers');
  } else if (!single && key === 'node-external-ip') {
    report('k3s-option-of-node', at, `${key} is the address of one node`, 'set it in k3s of each node');
  }
}

function checkArguments(key: string, list: readonly string[], path: Path, report: Report<typeof RULES>): void {
  for (const [i, text] of list.entries()) {
    const [name = '', value = ''] = text.replace(/^-+/, '').split(/=(.*)/);
    const taken = TAKEN_ARGUMENTS[key]?.find(
      ({ names, values }) => names.includes(name) && (values?.test(value) ?? true),
    );
    if (taken) report('k3s-option-taken', [...path, i], `${name} of ${key} is not free: ${taken.reason}`, taken.cure);
  }
}

function checkConflicts({ loadBalancer }: Cluster, { options, path }: Group, report: Report<typeof RULES>): void {
  const conflict = (key: string, message: string, cure: string): void =>
    report('k3s-option-conflict', [...path, key], message, cure);
  if (loadBalancer?.traefik) {
    const cure = 'remove it, or loadBalancer.traefik';
    if (options.disable?.join().split(',').includes('traefik'))
      conflict('disable', 'loadBalancer.traefik needs the Traefik of k3s', cure);
    if (options['disable-helm-controller'])
      conflict('disable-helm-controller', 'loadBalancer.traefik needs the Helm controller of k3s', cure);
  }
}

/** The paths of all `auth` in the configs of registries.yaml. */
const secretsIn = (configs: unknown, path: Path): Path[] =>
  Object.entries(configs ?? {}).flatMap(([host, config]: [string, unknown]) =>
    typeof config === 'object' && config !== null && 'auth' in config ? [[...path, host, 'auth']] : [],
  );
