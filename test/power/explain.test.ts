import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { explainData, explainText } from '../../lib/power/explain';
import { defineCluster, loadCluster } from '../../lib/site/load';
import { powerSite } from '../support/site-input';
import { anyPower, siteWith } from './arbitraries';

const shipped = () => loadCluster(readFileSync('cluster.yaml', 'utf8'), 'cluster.yaml').cluster;

describe('what explain prints', () => {
  test('is the timeline and the sums of the shipped site', () => {
    expect(explainText(shipped(), 72).split('\n')).toEqual([
      'home: power failure',
      'Seconds after the shutdown begins (FSD, or OB and LB).',
      'Nodes: latest times, even if other components have failed. UPS: earliest times.',
      '',
      'detection  max(15 DEADTIME, 15 HOSTSYNC) + 2 x 2 POLLFREQALERT + 2 upsmon = 21',
      '',
      'ups1 at k3s-1, usbhid-ups',
      '',
      '         -7 0                                  92         120     141',
      '  ups1   bbb>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>????????xxxxx',
      '  k3s-2  ===========--#######################..........................',
      '  k3s-3  ===========--#######################..........................',
      '  k3s-1  ===========----#######################........................',
      '         = running  - waiting for its stage  # halting  . off    b on battery  > counting down  ? may cut  x cut',
      '',
      '  k3s-2     21 detection + 5 stage + 1 watcher + 60 halt = 87',
      '  k3s-3     21 detection + 5 stage + 1 watcher + 60 halt = 87',
      '  k3s-1     21 detection + 10 stage + 1 watcher + 60 halt = 92',
      '  offdelay  92 + 15 margin = 107, in steps of 60: 120',
      '  ondelay   180; output restored 180 s after the command at the earliest, and only with mains power',
      '  battery   required at low battery: 2 pollinterval + 5 POLLFREQ + 120 offdelay + 15 margin = 142',
      '            required at the limit of earlyShutdown: 30 pollfreq + 5 x 2 POLLFREQALERT + 5 POLLFREQ + 120 offdelay + 15 margin = 180',
      '            runtimeBelowSeconds 360, required 180: enough',
      '',
    ]);
  });

  test('has the limits at which a node is shed', () => {
    const [first, second, ...others] = powerSite().nodes;
    if (!first || !second) throw new Error('the site has no two nodes');
    const site = defineCluster({
      ...powerSite(),
      nodes: [first, second, ...others.map((node) => ({ ...node, shed: { onBatterySeconds: 300 } }))],
    });
    expect(explainText(site, 100)).toContain('shed before the others at onBatterySeconds 300\n');
  });

  test('has a part for each UPS, also one that another host serves', () => {
    const text = explainText(defineCluster(powerSite()), 100);
    expect(text.match(/^\S.* at .*|^\S.* served by .*/gm)).toEqual([
      'ups1 at k3s-1, nutdrv_qx',
      'ups2 at k3s-2, snmp-ups',
      'nas, served by 192.168.10.30',
    ]);
    expect(text).toContain('cutDelay  180; minimum ');
  });

  test('says what the site sets', () => {
    expect(explainText(defineCluster(powerSite()), 100)).toContain(
      'offdelay  94 + 15 margin = 109, in steps of 60: 120; set to 120',
    );
  });

  test('says that nodes lose power without a UPS', () => {
    const site = {
      ...powerSite(),
      nodes: powerSite().nodes.map((node) => ({ ...node, ups: undefined, minSupplies: 1 })),
      ups: [],
    };
    expect(explainText(defineCluster(site), 80)).toBe(
      'home: no UPS; all nodes lose power while they run when mains power fails\n',
    );
  });

  test('has lanes of one length that fit the terminal, and states in their order', () => {
    fc.assert(
      fc.property(anyPower, fc.integer({ min: 40, max: 300 }), (power, columns) => {
        const lines = explainText(siteWith(power), columns).split('\n');
        const lanes = lines.filter((line) => /^ {2}\S+ +[=b#>-][-=#.b>?x]+$/.test(line));
        expect(lanes.length).toBe(3 + 2 + 2 + 2);
        for (const lane of lanes) expect(lane.length).toBeLessThan(columns);
        for (const lane of lanes) expect(lane).toMatch(/^ {2}\S+ +(=*-*#*\.*|b*>*\?*x*)$/);
      }),
    );
  });
});

describe('what explain gives programs', () => {
  test('is plain JSON with every node and every UPS', () => {
    const data = JSON.parse(JSON.stringify(explainData(shipped())));
    expect(data).toMatchObject({
      cluster: 'home',
      detectionSeconds: 21,
      nodes: [
        { name: 'k3s-1', role: 'upsNode', deadlineSeconds: 32, downSeconds: 92 },
        { name: 'k3s-2', role: 'server', deadlineSeconds: 27, downSeconds: 87 },
        { name: 'k3s-3', role: 'server', deadlineSeconds: 27, downSeconds: 87 },
      ],
      upses: [
        {
          name: 'ups1',
          nodes: ['k3s-2', 'k3s-3', 'k3s-1'],
          offDelaySeconds: 120,
          runtimeNeededSeconds: 142,
          runtimes: [{ source: 'runtimeBelowSeconds', availableSeconds: 360, neededSeconds: 180 }],
        },
      ],
    });
    expect(data.upses[0].events.length).toBe(12);
  });
});
