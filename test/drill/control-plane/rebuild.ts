import type { Scenario } from '../scenario';
import { VIP, withControlPlane } from './control-plane-lab';

/** The server that bootstrapped the cluster loses its disk. It joins again, with or without the VIP. */
export async function rebuild(scenario: Scenario): Promise<void> {
  await withControlPlane({ scenario }, async (lab) => {
    const [one, two] = lab.servers;
    const id = await lab.bootstrap();

    for (const [verb, where, through] of [
      ['add', 'VIP on another', VIP],
      ['del', 'VIP unreachable', two.address],
    ] as const) {
      await two.address32(verb, VIP);
      await one.reinstall();
      await one.systemctl('start');
      const { how = 'nothing', id: joined } = one.cluster() ?? {};
      scenario.measure(`first server rebuilt, ${where}`, how);
      scenario.check(`${where}: it joins through ${through}`, how === `joined https://${through}:6443`);
      scenario.check(`${where}: it is the same cluster`, joined === id);
    }
    scenario.check('there is one cluster in the end', lab.clusters().length === 1);
  });
}

/** Negative control: the config.yaml of many guides, with a permanent `cluster-init: true`, on a first server that is rebuilt. */
export async function rebuildControl(scenario: Scenario): Promise<void> {
  await withControlPlane({ scenario }, async (lab) => {
    const [one, two] = lab.servers;
    const id = await lab.bootstrap();
    await two.address32('add', VIP);
    await one.reinstall();
    const config = one.read('/etc/rancher/k3s/config.yaml');
    one.write('/etc/rancher/k3s/config.yaml', config.replace(/^server: .*$/m, 'cluster-init: true'));
    // as in those guides, k3s starts without a check
    one.write('/usr/local/sbin/k3s-ha', '#!/bin/sh\nexit 0\n', 0o755);
    await one.systemctl('start');
    scenario.measure('first server rebuilt with permanent cluster-init', one.cluster()?.how ?? 'nothing');
    scenario.check('control: it bootstraps a second cluster', ![undefined, id].includes(one.cluster()?.id));
  });
}

/** The commands of hosts/RUNBOOK.md: a snapshot on a new server, then the others join with their old data removed. */
export async function restore(scenario: Scenario): Promise<void> {
  await withControlPlane({ scenario }, async (lab) => {
    const [one, two, three] = lab.servers;
    const id = await lab.bootstrap();
    const snapshots = '/var/lib/rancher/k3s/server/db/snapshots';
    const snapshot = one.read(`${snapshots}/on-demand`);
    for (const server of lab.servers) await server.kill();

    await one.reinstall();
    one.write(`${snapshots}/on-demand`, snapshot);
    const [reset = '', ...others] = lab.runbook('Quorum is lost');
    const rest = others.at(-1) ?? '';
    const [options = ''] = /--cluster-reset --[^\s`]+/.exec(lab.section('Restore from a snapshot')) ?? [];
    const first = reset.replace('--cluster-reset', options.replace('SNAPSHOT', `${snapshots}/on-demand`));
    const restored = await one.sh(`set -e\n${first}`);
    scenario.check('the commands for the first server succeed', restored.code === 0, restored.stderr.trim());
    scenario.check('etcd has the address of the server', one.cluster()?.peer === one.address, one.cluster()?.peer);
    scenario.check('the cluster of the snapshot is back', one.cluster()?.id === id && one.cluster()?.how === 'reset');
    for (const server of [two, three]) {
      const { code, stderr } = await server.sh(`set -e\n${rest}`);
      scenario.check(`the commands for ${server.name} succeed`, code === 0, stderr.trim());
      scenario.check(`${server.name} joins`, server.cluster()?.how.startsWith('joined') === true);
    }
    scenario.measure('clusters after the restore', String(lab.clusters().length));
    scenario.check('there is one cluster, the old one', lab.clusters().join() === id);
    for (const server of lab.servers) await server.kill();
    two.write('/etc/rancher/k3s/config.yaml.d/50-join.yaml', 'server: https://10.98.0.11:6443\n');
    const made = await two.sh(`set -e\n${reset}`);
    scenario.check('the commands for one server without quorum succeed', made.code === 0, made.stderr.trim());
    scenario.check(
      'it runs alone, and etcd has its address',
      two.cluster()?.how === 'reset' && two.cluster()?.peer === two.address,
      `${two.cluster()?.how} ${two.cluster()?.peer}`,
    );
    const direct = await one.sh('k3s server --cluster-reset');
    scenario.check(
      'control: a reset with config.yaml, which has `server`, is refused',
      direct.code === 1,
      direct.stderr.trim(),
    );
  });
}
