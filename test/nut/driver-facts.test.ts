import type { ClusterInput } from '../../lib/cluster/schema';
import { nutFiles } from '../../lib/nut/files';
import { nutProps } from '../../lib/nut/from-cluster';
import { powerPlan } from '../../lib/power/plan';
import { site } from '../support/sites';

type Options = NonNullable<NonNullable<ClusterInput['ups']>[number]['options']>;

/** The files and the plan of a site with a card of this MIB. */
function withCard(options: Options) {
  const [node] = site().nodes;
  if (node === undefined) throw new Error('the site has no node');
  const cluster = site({
    ups: [{ name: 'ups1', driver: 'snmp-ups', port: '192.168.10.20', node: node.name, options }],
  });
  const [plan] = powerPlan(cluster).upses;
  const files = nutFiles(nutProps(cluster).model);
  return { plan, section: files[`${node.name}.ups.conf`], cables: files[`${node.name}.cables`] };
}

// a driver that divides both delays, cards that need the delay behind the command, and the value that NUT 2.8.0 lacks
test.each([
  ['apcc', 3, ''],
  ['pw', 1, ' OFF'],
  ['eaton_pw_nm2', 1, ' OFF'],
  ['eaton_pxg_ups', 1, ' OFF'],
  ['cyberpower', 1, ' 3'],
])(
  'a card with %s gets both delays times %i, the command carries "%s", and preflight expects that',
  (mibs, times, argument) => {
    const { plan, section, cables } = withCard({ mibs });
    const { offDelaySeconds: off, onDelaySeconds: on = 0 } = plan ?? { offDelaySeconds: 0 };
    expect(section).toContain(`offdelay = "${times * off}"\n  ondelay = "${times * on}"\n`);
    expect(cables).toBe(`ups1 ${off} snmp-ups ${times * off}/${times * on}${argument.replace('OFF', String(off))}\n`);
  },
);

test.each(['ietf', 'mge'])('a card that the driver cannot command gets no delays: %s', (mibs) => {
  expect(withCard({ mibs }).section).not.toContain('delay');
});
