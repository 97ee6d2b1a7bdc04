import type { JsonObject } from '../../lib/live/verify/canonical';
import { listeners } from '../../lib/machines';
import { checkCluster } from '../../lib/site/check';
import { buildSite } from '../../lib/synth/app';
import { at } from '../metallb/support';
import { objectsOf } from '../support/objects';
import { ipv4Site, powerSite } from '../support/site-input';

test.each([
  ['MetalLB', ipv4Site],
  ['the exporter', powerSite],
])('every port that a pod takes from its machine is known, with %s', (_, site) => {
  const checked = checkCluster(site());
  if (!('cluster' in checked)) throw new Error('the site has an error');
  const { cluster } = checked;
  const known = listeners(cluster).map(({ port }) => port);
  const taken = objectsOf(buildSite(cluster).dist)
    .filter(({ object }) => at(object, 'spec.template.spec.hostNetwork') === true)
    .flatMap(({ object }) => at(object, 'spec.template.spec.containers') as JsonObject[])
    .flatMap((container) => (container['ports'] ?? []) as { containerPort: number; protocol?: string }[])
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ containerPort }) => containerPort);
  expect(taken.length).toBeGreaterThan(0);
  expect(taken.filter((port) => !known.includes(port))).toEqual([]);
});
