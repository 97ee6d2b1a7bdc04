import { join } from 'node:path';
import { type Scenario, seconds } from '../scenario';
import type { KubernetesMachine } from './machine';

/** Debian's, which has Debian's modules. */
export const PYTHON = '/usr/bin/python3';
const MANAGER = 'org.freedesktop.login1.Manager';
const BUS = 'unix:path=/run/dbus/system_bus_socket';
const OBJECT = ['--dest=org.freedesktop.login1', '/org/freedesktop/login1'];
const BUS_CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>${BUS}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
`;

/**
 * logind of a machine, as far as the kubelet needs it: how long it may be delayed, who delays it, and that it shuts down. The bus is real,
 * logind is the one of python3-dbusmock; the drill power-host has the real one.
 */
export class Logind {
  /** @param config the file of hosts/ with InhibitDelayMaxSec */
  constructor(
    private readonly machine: KubernetesMachine,
    private readonly config: string,
  ) {}

  async start(): Promise<void> {
    const { machine, config } = this;
    const file = join(machine.folder, 'bus.conf');
    machine.station.write(file, BUS_CONFIG);
    await machine.shell('mkdir -p /run/dbus');
    machine.run('dbus-daemon', `--config-file=${file}`, '--nofork', '--nopidfile');
    await machine.shell('until [ -S /run/dbus/system_bus_socket ]; do sleep 0.1; done');
    machine.run(PYTHON, '-m', 'dbusmock', '--system', '--template', 'logind');
    const delay = Number(/^InhibitDelayMaxSec=(\d+)$/m.exec(config)?.[1] ?? 5) * 1e6;
    const property = [`string:${MANAGER}`, 'string:InhibitDelayMaxUSec', `variant:uint64:${delay}`];
    await machine.shell(
      `until dbus-send --system --print-reply ${OBJECT.join(' ')} org.freedesktop.DBus.Mock.AddProperty ${property.join(' ')}; do sleep 0.2; done`,
    );
  }

  /** Who delays the shutdown. */
  async inhibitors(): Promise<string> {
    const { machine } = this;
    return machine.shell(`dbus-send --system --print-reply ${OBJECT.join(' ')} ${MANAGER}.ListInhibitors`);
  }

  /** Announces the shutdown and waits until nobody delays it any more. */
  async shutDown(scenario: Scenario): Promise<void> {
    const { machine } = this;
    const held = async () => (await this.inhibitors()).includes('kubelet');
    scenario.check(`the kubelet of ${machine.name} delays its shutdown`, await held());
    await machine.shell(`dbus-send --system --type=signal ${OBJECT[1]} ${MANAGER}.PrepareForShutdown boolean:true`);
    const took = await scenario.reach(`${machine.name}: its pods have ended`, 60_000, async () => !(await held()));
    scenario.measure('pods ended in order after', seconds(took));
  }
}
