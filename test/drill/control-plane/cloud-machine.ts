import { readProjectFile } from '../../../lib/files/project';
import type { MachineFile } from '../../../lib/machines/machine-files';
import { InitMachine } from '../machine/init-machine';
import type { Network } from '../network';
import type { Scenario } from '../scenario';

export interface CloudMachineProps {
  readonly scenario: Scenario;
  readonly hostname: string;
  readonly address: string;
  readonly network: Network;
  /** user-data and meta-data as `npm run hosts` writes them. */
  readonly seed: readonly MachineFile[];
}

/** Debian with real systemd and cloud-init in a container, from an image before its first boot. k3s is a stand-in. */
export class CloudMachine extends InitMachine {
  private readonly seed: readonly MachineFile[];

  constructor({ scenario, hostname, address, network, seed }: CloudMachineProps) {
    const cable = { network, address: `${address}/24` };
    super({ scenario, hostname, system: 'cloud-init', cable, logs: ['/var/log/cloud-init-output.log'] });
    this.seed = seed;
  }

  /** Installs the image and the seed. */
  override async install(): Promise<void> {
    await super.install();
    // as before the first boot
    this.write('/etc/machine-id', '');
    for (const { path, content } of this.seed) {
      this.write(`/var/lib/cloud/seed/nocloud/${path.replace(/^.*\//, '')}`, content);
    }
    // without locales, which this small image lacks
    this.write('/etc/cloud/cloud.cfg.d/90-drill.cfg', 'datasource_list: [NoCloud]\nlocale: false\n');
    // without internet access: get.k3s.io is a file, and all other URLs go to the real curl
    this.write('/usr/local/sbin/curl', readProjectFile('test/drill/scripts/curl.sh'), 0o755);
    this.write('/usr/local/share/get.k3s.io', readProjectFile('test/drill/scripts/get-k3s.sh'));
  }

  /** The output of a command, without the line break. */
  async ask(script: string): Promise<string> {
    const { stdout, stderr } = await this.exec(script);
    return `${stdout}${stderr}`.trim();
  }
}
