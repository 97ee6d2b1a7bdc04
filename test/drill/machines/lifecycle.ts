import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { ClusterInput } from '../../../lib/cluster/schema';
import type { Scenario } from '../scenario';
import { changesNothing, ending, withLab } from './install';
import { passwordOf } from './kubelets';
import type { MachinesLab, Ran } from './machines-lab';
import type { StockHost } from './stock-host';

const READY_MS = 60_000;
const NODES = { group: '', plural: 'nodes', namespace: '' };

const nodesOf = (lab: MachinesLab): string[] =>
  lab.api.store
    .list('', 'nodes')
    .map(({ metadata }) => metadata.name)
    .toSorted();

const isReady = (lab: MachinesLab, name: string): boolean =>
  JSON.stringify(lab.api.store.get({ ...NODES, name })?.['status'] ?? {}).includes('"status":"True"');

/** The members of etcd as one server lists them: the node names in order. */
async function membersOf(host: StockHost): Promise<string> {
  const list = await host.ask("/usr/local/share/curl -s -d '{}' http://127.0.0.1:2379/v3/cluster/member/list");
  return [...list.matchAll(/"name":"(k3s-\d)-[0-9a-f]{8}"/g)]
    .map(([, name]) => name)
    .toSorted()
    .join(' ');
}

const MEMBERS = 'etcd has one member of each server, and each is a node';

async function checkMembers(scenario: Scenario, lab: MachinesLab, names = 'k3s-1 k3s-2 k3s-3'): Promise<void> {
  const [first] = lab.hosts;
  await scenario.reach(MEMBERS, READY_MS, async () => {
    const nodes = nodesOf(lab).filter((name) => isReady(lab, name));
    return first !== undefined && (await membersOf(first)) === names && nodes.join(' ') === names;
  });
}

/** Whether a run failed and said so. */
const refused = ({ status, lines }: Ran, says: string): boolean => status === 1 && lines.join('\n').includes(says);

/** One of three hosts is replaced: by new hardware, and twice because of what etcd remembers. */
export async function replace(scenario: Scenario): Promise<void> {
  await withLab(
    scenario,
    async (lab, hosts) => {
      const [server, second, third] = hosts;
      if (!server || !second || !third) throw new Error('the lab has three hosts');
      await lab.boot(...hosts);
      const installed = await lab.machines('install');
      scenario.check('three hosts are installed', installed.status === 0, ending(installed));
      await checkMembers(scenario, lab);

      const healthy = await lab.machines('replace', ['k3s-2', '--yes']);
      const untouched = healthy.status === 0 && healthy.lines.some((line) => line.includes('k3s-2 is Ready'));
      scenario.check('a node that is Ready stays', untouched, ending(healthy));
      await second.cutPower();
      const early = await lab.machines('replace', ['k3s-2', '--yes', '--timeout', '10']);
      scenario.check('so does one that was Ready a moment ago', refused(early, 'k3s-2 is Ready'), ending(early));
      await scenario.reach('its Node is no longer Ready', READY_MS, () => !isReady(lab, 'k3s-2'));

      const dry = await lab.machines('replace', ['k3s-2', '--dry-run']);
      for (const line of ['3 servers, 2 must be up, 1 may be down', '2 servers, 2 must be up, 0 may be down']) {
        scenario.check(`--dry-run says ${line}`, dry.lines.join('\n').includes(line), ending(dry));
      }
      scenario.check('it changes nothing', (await membersOf(server)) === 'k3s-1 k3s-2 k3s-3');
      const half = await lab.machines('replace', ['k3s-2', '--yes']);
      scenario.check('the host that is off leaves the cluster', refused(half, 'start its new host'), ending(half));
      const left = { members: await membersOf(server), nodes: nodesOf(lab).join(' '), passwords: passwords(lab) };
      scenario.check(
        'nothing of it is left in etcd and in the API',
        left.members === 'k3s-1 k3s-3' && left.nodes === 'k3s-1 k3s-3' && !left.passwords.includes(passwordOf('k3s-2')),
        JSON.stringify(left),
      );
      await scenario.failsFirstAt(MEMBERS, (control) => checkMembers(control, lab));

      await second.replace();
      await lab.boot(second);
      const key = await lab.machines('replace', ['k3s-2', '--yes']);
      scenario.check('a new SSH key is not accepted unseen', refused(key, 'ssh-keygen -R 10.97.0.12'), ending(key));
      await lab.forgetKey(second);
      await lab.machines('replace', ['k3s-2', '--yes'], { at: 'k3s-2: k3s starts' });
      const again = await lab.machines('replace', ['k3s-2', '--yes']);
      scenario.check('a run that was cut is continued', again.status === 0, ending(again));
      await checkMembers(scenario, lab);
      await changesNothing(scenario, lab);

      await duplicateName(scenario, lab, second);
      await removedMember(scenario, lab, server, third);
      await changesNothing(scenario, lab);
    },
    { etcd: true },
  );
}

const passwords = (lab: MachinesLab): string[] =>
  lab.api.store.list('', 'secrets').map(({ metadata }) => metadata.name);

/** Its Node was deleted while k3s did not remove the member: https://github.com/k3s-io/k3s/issues/10408 */
async function duplicateName(scenario: Scenario, lab: MachinesLab, host: StockHost): Promise<void> {
  await host.replace();
  const node = lab.api.store.get({ ...NODES, name: 'k3s-2' });
  if (node) lab.api.store.delete({ ...NODES, name: 'k3s-2' }, node);
  await lab.boot(host);
  await lab.forgetKey(host);
  const names = await lab.machines('install');
  scenario.check(
    'install names the member of an earlier host, and its cure',
    refused(names, 'etcd has a member of an earlier host k3s-2; run machines replace k3s-2'),
    ending(names),
  );
  const ran = await lab.machines('replace', ['k3s-2', '--yes']);
  scenario.check('replace removes that member, and the host joins', ran.status === 0, ending(ran));
  await checkMembers(scenario, lab);
}

/** The member was removed from etcd, and its host has the old data. */
async function removedMember(scenario: Scenario, lab: MachinesLab, server: StockHost, host: StockHost): Promise<void> {
  const evict =
    'id=$(/usr/local/share/curl -s -d {} http://127.0.0.1:2379/v3/cluster/member/list | sed \'s/.*"ID":"\\([0-9]*\\)","name":"k3s-3-.*/\\1/\'); /usr/local/share/curl -s -d "{\\"ID\\":\\"$id\\"}" http://127.0.0.1:2379/v3/cluster/member/remove';
  // etcd refuses until the other hosts have been connected for 5 s
  await scenario.reach('etcd removes a member', READY_MS, async () => {
    await server.ask(evict);
    return (await membersOf(server)) === 'k3s-1 k3s-2';
  });
  await scenario.reach('k3s of a removed member fails', READY_MS, () => !isReady(lab, 'k3s-3'));
  const names = await lab.machines('install');
  scenario.check(
    'install names the removed member, and its cure',
    refused(names, 'etcd has removed this host, which has its old data; run machines replace k3s-3'),
    ending(names),
  );
  const ran = await lab.machines('replace', ['k3s-3', '--yes']);
  scenario.check('replace moves its data away, and the host joins', ran.status === 0, ending(ran));
  const kept = await host.ask('ls -d /var/lib/rancher/k3s/server/db-*');
  scenario.check('the old data is kept', /^\S*db-\d+$/.test(kept), kept);
  await checkMembers(scenario, lab);
}

/** Of three servers two leave, and later they are added again. */
export async function remove(scenario: Scenario): Promise<void> {
  await withLab(
    scenario,
    async (lab, hosts) => {
      const [server, second, third] = hosts;
      if (!server || !second || !third) throw new Error('the lab has three hosts');
      await lab.boot(...hosts);
      const installed = await lab.machines('install');
      scenario.check('three hosts are installed', installed.status === 0, ending(installed));
      await checkMembers(scenario, lab);
      putPod(lab);
      await third.ask('mkdir -p /var/lib/rancher/k3s/storage && echo mine >/var/lib/rancher/k3s/storage/volume');

      const declared = await lab.machines('remove', ['k3s-3', '--yes']);
      scenario.check('a node of cluster.yaml stays', refused(declared, 'k3s-3 is in the site file'), ending(declared));
      const all = readFileSync(lab.path('cluster.yaml'), 'utf8');
      const { nodes, loadBalancer, ...site } = parse(all) as ClusterInput;
      const pools = loadBalancer?.pools ?? [];
      writeFileSync(
        lab.path('cluster.yaml'),
        stringify({ ...site, loadBalancer: { pools }, nodes: nodes.slice(0, 1) }),
      );
      const synth = await lab.run(['synth']);
      scenario.check('the site has one server', synth.status === 0, ending(synth));

      // after a power cut etcd may take a server that is back for inactive, until it connects again
      await second.ask('systemctl stop k3s');
      await scenario.reach('another server is down', READY_MS, () => !isReady(lab, 'k3s-2'));
      const lossy = await lab.machines('remove', ['k3s-3', '--yes']);
      scenario.check('what would lose quorum is refused', refused(lossy, 'quorum would be lost'), ending(lossy));
      scenario.check('it has changed nothing', (await membersOf(server)) === 'k3s-1 k3s-2 k3s-3');
      await second.ask('systemctl start --no-block k3s');
      await scenario.reach('the other server is back', READY_MS, () => isReady(lab, 'k3s-2'));

      await lab.machines('remove', ['k3s-3', '--yes'], { at: 'etcd member ' });
      const again = await lab.machines('remove', ['k3s-3', '--yes']);
      scenario.check('a run that was cut is continued', again.status === 0, ending(again));
      scenario.check('its pods are evicted', lab.api.store.list('', 'pods').length === 0);
      const left = await third.ask(
        'cat /var/lib/k3s-storage-*/volume; ls -d /etc/rancher /var/lib/rancher/k3s /usr/local/bin/k3s /usr/local/sbin/k3s-ha /etc/*.d/k3s* /etc/init.d/killpowerd 2>/dev/null',
      );
      const enabled = await third.services('start at boot');
      scenario.check('only volumes of pods are left on its host', left === 'mine' && enabled === '', left + enabled);
      await checkMembers(scenario, lab, 'k3s-1 k3s-2');
      const last = await lab.machines('remove', ['k3s-2', '--yes']);
      scenario.check('the second of two servers is removed', last.status === 0, ending(last));
      await checkMembers(scenario, lab, 'k3s-1');
      const conf = await server.ask('grep -c k3s-2 /etc/rancher/k3s/k3s-ha.conf');
      scenario.check('the server that stays has the files of its site', conf === '0', conf);
      const nothing = await lab.machines('remove', ['k3s-2', '--yes']);
      scenario.check('to remove it again is no error', nothing.status === 0, ending(nothing));

      writeFileSync(lab.path('cluster.yaml'), all);
      await lab.run(['synth']);
      await scenario.failsFirstAt(MEMBERS, (control) => checkMembers(control, lab));
      const added = await lab.machines('install');
      scenario.check('install adds both again', added.status === 0, ending(added));
      await checkMembers(scenario, lab);
      await changesNothing(scenario, lab);
    },
    { etcd: true, systems: ['stock', 'stock', 'openrc-stock'] },
  );
}

/** A pod of a workload on k3s-3. */
function putPod(lab: MachinesLab): void {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: '1', controller: true }];
  lab.api.store.put(
    { group: '', plural: 'pods', namespace: 'default', name: 'web-1' },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-1', namespace: 'default', ownerReferences },
      spec: { nodeName: 'k3s-3', containers: [] },
      status: { phase: 'Running' },
    },
  );
}
