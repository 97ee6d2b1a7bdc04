import { join } from 'node:path';
import type { ScenarioPlan } from '../drill';
import { Network } from '../network';
import { type Scenario, seconds } from '../scenario';
import { writeCertificates } from './api-certificates';
import { Probes, Station } from './station';

const VIP = '10.97.0.100';
const WITH_MS = 3000;
const WITHOUT_MS = 20_000;
const script = (name: string): string => join(process.cwd(), 'test/drill/scripts', name);

/** An address moves from a failed host to another one, with or without gratuitous ARP. */
const move = (gratuitous: boolean) => async (scenario: Scenario) => {
  const network = new Network();
  const station = (name: string, last: number) => new Station(name, [`10.97.0.${last}`], scenario);
  const [old, next, client] = [station('old', 11), station('next', 12), station('client', 50)] as const;
  const address = (verb: 'add' | 'del') => ['address', verb, `${VIP}/32`, 'dev', 'eth0'];
  try {
    const certificates = scenario.folder('certificates');
    await writeCertificates(certificates, [VIP], []);
    await network.start();
    for (const one of [old, next, client]) await one.start(network);
    for (const one of [old, next])
      one.background(process.execPath, script('api-stand-in.js'), one.name, certificates, '6443');
    await old.run('ip', address('add'));
    client.background(process.execPath, script('api-prober.js'), certificates, VIP, '6443');
    const probes = new Probes(client.logOf(process.execPath));
    await scenario.reach('the first host answers', 10_000, () => probes.firstAfter(0) !== undefined);

    const at = Date.now();
    await old.cable.pull();
    await next.run('ip', address('add'));
    if (gratuitous) await next.run('arping', ['-q', '-U', '-c', '1', '-i', 'eth0', '-S', VIP, VIP]);
    const answer = () => probes.firstAfter(at, 'old');
    await scenario.reach('the second host answers', 120_000, () => answer() !== undefined);
    const took = (answer()?.at ?? Number.NaN) - at;
    scenario.measure(`failed holder, ${gratuitous ? 'one' : 'no'} gratuitous ARP of the next`, {
      'until answered again': seconds(took),
    });
    if (gratuitous) scenario.check(`within ${WITH_MS / 1000} s`, took < WITH_MS);
    else
      scenario.check(
        `not before ${WITHOUT_MS / 1000} s: the client still sends to the failed holder`,
        took > WITHOUT_MS,
      );
  } finally {
    await Promise.all([old, next, client].map((one) => one.stop()));
    await network.stop();
  }
};

export const arpScenarios: readonly ScenarioPlan[] = [
  { name: 'arp', summary: 'an address moves, and its new holder sends gratuitous ARP', run: move(true) },
  { name: 'arp-control', summary: 'the same without gratuitous ARP: most of a minute', run: move(false) },
];
