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

test('a driver that divides both delays gets them multiplied, and preflight expects what it shows', () => {
  const { plan, section, cables } = withCard({ mibs: 'apcc' });
  const [off = 0, on = 0] = [plan?.offDelaySeconds, plan?.onDelaySeconds];
  expect(section).toContain(`offdelay = "${3 * off}"\n  ondelay = "${3 * on}"\n`);
  expect(cables).toBe(`ups1 ${off} snmp-ups ${3 * off}\n`);
});

test.each(['pw', 'eaton_pw_nm2', 'eaton_pxg_ups'])('the command to a card with %s carries the delay', (mibs) => {
  const { plan, section, cables } = withCard({ mibs });
  const off = plan?.offDelaySeconds;
  expect(section).toContain(`offdelay = "${off}"\n`);
  expect(cables).toBe(`ups1 ${off} snmp-ups ${off} ${off}\n`);
});

test('the command to a CyberPower card carries the value that NUT 2.8.0 lacks', () => {
  const { plan, cables } = withCard({ mibs: 'cyberpower' });
  expect(cables).toBe(`ups1 ${plan?.offDelaySeconds} snmp-ups ${plan?.offDelaySeconds} 3\n`);
});

test.each(['ietf', 'mge'])('a card that the driver cannot command gets no delays: %s', (mibs) => {
  expect(withCard({ mibs }).section).not.toContain('delay');
});
