import type { PatientKubectl } from './patient-kubectl';
import type { Progress } from './progress';
import type { ClusterObjects, LiveObject } from './site-objects';

/** Deletes objects of a site. */
export class Removal {
  constructor(
    private readonly kubectl: PatientKubectl,
    private readonly cluster: ClusterObjects,
    private readonly progress: Progress,
  ) {}

  /**
   * Deletes objects in their order, then namespaces, then definitions. A namespace or a definition with objects of other people stays.
   * kube-vip is deleted last and without a wait, because kubectl may be connected by its virtual IP.
   *
   * @returns a line for each object that stays
   */
  async of(objects: readonly LiveObject[], site: string): Promise<string[]> {
    const isKubeVip = ({ metadata: { name } }: LiveObject) => name.startsWith('kube-vip');
    const containers = objects.filter(({ kind }) => kind === 'Namespace' || kind === 'CustomResourceDefinition');
    await this.delete(
      objects.filter((object) => !containers.includes(object) && !isKubeVip(object)),
      '--wait=true',
    );
    const kept: string[] = [];
    for (const kind of ['Namespace', 'CustomResourceDefinition']) {
      const group = containers.filter((container) => container.kind === kind);
      const others = await this.cluster.deletedWith(group, site);
      await this.delete(
        group.filter(({ key }) => !others.has(key)),
        '--wait=true',
      );
      for (const [key, list] of others) {
        kept.push(`${key} stays because of ${list.join(', ')}; delete these first, then repeat this`);
      }
    }
    await this.delete(objects.filter(isKubeVip), '--wait=false');
    return kept;
  }

  private async delete(objects: readonly LiveObject[], wait: string): Promise<void> {
    if (objects.length === 0) return;
    const items = objects.map(({ kind, apiVersion, metadata: { name, namespace } }) => ({
      kind,
      apiVersion,
      metadata: { name, namespace },
    }));
    const args = ['delete', '--filename=-', '--ignore-not-found', wait];
    await this.kubectl.must({
      doing: `deleting ${objects.length} objects`,
      undone: 'not every object is deleted',
      args: () => args,
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    });
    for (const { key } of objects) this.progress.line(`deleted ${key}`);
  }
}
