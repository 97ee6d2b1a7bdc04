import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterInput } from '../../lib/cluster/schema';
import { readDist, secretsToBring } from '../../lib/live/dist';
import { secretLine } from '../../lib/live/secret-line';
import { buildSite } from '../../lib/synth/app';
import { homeInput, site } from '../support/sites';

/** The lines about missing Secrets of a site. */
function lines(changes: Partial<ClusterInput>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'secret-line-'));
  for (const [name, text] of buildSite(site(changes)).dist) writeFileSync(join(folder, name), text);
  return secretsToBring(readDist(folder)).map((secret) => secretLine(secret, 'home'));
}

/** The commands that create the Secrets of a site. */
const commands = (changes: Partial<ClusterInput>): string[] =>
  lines(changes).map((line) => line.replace(/.*; create it: /, ''));

const TLS: Partial<ClusterInput> = { power: { tlsSecret: 'nut-tls' }, images: { nut: 'registry.home.arpa/nut:2.8.3' } };
const PASSWORDS = 'npm run --silent secret:nut | kubectl --context home apply -f -';

test('the passwords of NUT come from the command that makes new ones', () => {
  expect(commands({})).toEqual([PASSWORDS]);
});

test('the certificates of NUT come from files, and leave the passwords alone', () => {
  expect(commands(TLS)).toEqual([
    PASSWORDS,
    'kubectl --context home -n nut create secret generic nut-tls --from-file=ca.crt=FILE --from-file=tls.crt=FILE --from-file=tls.key=FILE',
  ]);
});

test('the password of a NAS that serves a UPS comes from a file', () => {
  const ups = [{ name: 'nas', server: { address: '192.168.10.9', cutDelaySeconds: 600 } }];
  const nodes = homeInput.nodes.map((node) => ({ ...node, ups: ['nas'] }));
  expect(commands({ ups, nodes })).toEqual([
    'npm run --silent secret:nut -- --server-file nas=FILE | kubectl --context home apply -f -',
  ]);
});

test('the password that a driver needs comes from a file', () => {
  const [first] = homeInput.ups ?? [];
  if (!first) throw new Error('the home site has no UPS');
  const options = { mibs: 'ietf', authPassword: { secret: true } } as const;
  expect(commands({ ups: [{ ...first, driver: 'snmp-ups', port: '192.168.10.9', options }] })).toEqual([
    'npm run --silent secret:nut -- --driver-file UPS.OPTION=FILE | kubectl --context home apply -f -',
  ]);
});

test('a workload with several volumes of a Secret is named once', () => {
  expect(lines(TLS)[1]).toMatch(/^Secret nut-tls is missing in namespace nut, required by nut-primary, nut-secondary;/);
});
