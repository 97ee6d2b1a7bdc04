import fc from 'fast-check';
import type { ClusterInput } from '../../lib/cluster/schema';
import { gitopsFiles } from '../../lib/gitops';
import { nutSecret } from '../../lib/nut';
import { newPasswords } from '../../lib/nut/secret';
import { checkCluster } from '../../lib/site/check';
import { buildSite } from '../../lib/synth/app';
import { type Changes, changed, ipv4Site } from '../support/site-input';

const SECRET_OPTIONS = 'authPassword privPassword password passphrase webSecret community Community'.split(' ');

/** Where a person may write a secret in cluster.yaml, and where the value is for all to see. */
const PLACES = {
  option: (option: string, secret: string): Changes => ({ [`ups[0].options.${option}`]: secret }),
  given: (option: string): Changes => ({ [`ups[0].options.${option}`]: { secret: true } }),
  https: (_: string, secret: string): Changes => ({ gitops: { engine: 'flux', url: `https://you:${secret}@h/x` } }),
  token: (_: string, secret: string): Changes => ({ gitops: { engine: 'argocd', url: `https://${secret}@h/x` } }),
  ssh: (_: string, secret: string): Changes => ({ gitops: { engine: 'flux', url: `ssh://git:${secret}@h/x` } }),
  receiverToken: (_: string, secret: string): Changes => ({
    'power.notify': [{ name: 'phone', type: 'ntfy', url: 'https://h/x', token: secret }],
  }),
  receiverUrl: (_: string, secret: string): Changes => ({
    'power.notify': [{ name: 'phone', type: 'ntfy', url: `https://you:${secret}@h/x` }],
  }),
} satisfies Record<string, (option: string, secret: string) => Changes>;

const PLACE_NAMES = Object.keys(PLACES) as (keyof typeof PLACES)[];

/** Small, so that 500 are built in seconds. */
const site = (): ClusterInput => {
  const { loadBalancer: _, nodes, ...input } = ipv4Site();
  return { ...input, nodes: nodes.filter(({ role }) => role === 'server'), os: [] };
};

/** Everything that a person reads or commits: the outputs, or the problems of a site that is refused. */
function outputs(input: unknown): string {
  const checked = checkCluster(input);
  if (!('cluster' in checked)) return JSON.stringify(checked.problems);
  const { dist, hosts } = buildSite(checked.cluster);
  const gitops = gitopsFiles([{ cluster: checked.cluster, folder: '', dist }]);
  return [JSON.stringify(checked.problems), ...[dist, hosts, gitops].flatMap((files) => [...files.values()])].join(
    '\n',
  );
}

// distinct from every word of the outputs, and valid as a password and in a URL
const anySecret = fc.stringMatching(/^[A-Za-z0-9]{20,40}$/);

test('no output of 500 sites has the secret that was given with it', () => {
  fc.assert(
    fc.property(
      // an accepted site takes twenty times as long as a refused one
      fc.constantFrom(...PLACE_NAMES, ...PLACE_NAMES.filter((name) => name !== 'given')),
      fc.constantFrom(...SECRET_OPTIONS),
      anySecret,
      (place, option, secret) => {
        const given = nutSecret('nut-users', { ...newPasswords(), [`driver-ups1-${option}`]: secret });
        const text = outputs(changed(site(), PLACES[place](option, secret)));
        expect([given.includes(secret), text.length > 50, text.includes(secret)]).toEqual([true, true, false]);
      },
    ),
    { numRuns: 500 },
  );
});

test.each(['ups[0].options.serial', 'ups[0].description', 'gitops.url'])(
  'control: what is no secret is found: %s',
  (path) => {
    const value = path === 'gitops.url' ? 'https://h/Abcdefghij0123456789' : 'Abcdefghij0123456789';
    const changes = path === 'gitops.url' ? { gitops: { engine: 'flux', url: value } } : { [path]: value };
    expect(outputs(changed(site(), changes))).toContain(value);
  },
);
