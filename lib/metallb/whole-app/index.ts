import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type Install, installProblems } from './install';
import {
  type MetalLbManifest,
  poolsOf,
  type ServiceManifest,
  type WebhookManifest,
  type WholeAppObjects,
} from './objects';
import { poolProblems } from './pools';
import { requestOf, serviceProblems } from './services';
import { sharingProblems } from './sharing';

/** What the objects of an app do not say of themselves. */
export interface WholeAppOptions {
  /** The MetalLB of the app. @default - it is installed by something else, and nothing is known about it */
  readonly install?: Install;
  /** Names of pools that something outside of the app announces. @default - none */
  readonly mayBeSilent?: ReadonlySet<string>;
}

/** Everything that is wrong between MetalLB, its pools and advertisements, and the services of an app. Pure. */
export function wholeAppProblems(objects: WholeAppObjects, options: WholeAppOptions = {}): string[] {
  const { install, mayBeSilent = new Set() } = options;
  const pools = poolsOf(objects);
  return [
    ...(install ? installProblems(objects, install) : []),
    ...poolProblems(objects, mayBeSilent),
    ...objects.services.flatMap((service) => serviceProblems(service, pools, install)),
    ...sharingProblems(objects.services.map((service) => requestOf(service, install))),
  ];
}

/** One for each app, at its root, so that what is wrong is said once. */
class WholeApp extends Construct {
  private static readonly ID = 'MetalLbChecks';

  static of(construct: Construct): WholeApp {
    const { root } = construct.node;
    const found = root.node.tryFindChild(WholeApp.ID);
    return found instanceof WholeApp ? found : new WholeApp(root as Construct, WholeApp.ID);
  }

  install?: Install;
  readonly mayBeSilent = new Set<string>();

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    this.node.addValidation({ validate: () => wholeAppProblems(objectsOf(scope), this) });
  }
}

/** Has synth check the app of this pool. */
export function checkPoolWithinApp(
  pool: Construct & { readonly name: string; readonly allowUnannounced: boolean },
): void {
  const app = WholeApp.of(pool);
  if (pool.allowUnannounced) app.mayBeSilent.add(pool.name);
}

/** Has synth check the app of this MetalLB. */
export function checkInstallWithinApp(metalLb: Construct, install: Install): void {
  WholeApp.of(metalLb).install = install;
}

/** Whatever made them: these constructs, cdk8s-plus, generated bindings or a plain ApiObject. */
function objectsOf(root: Construct): WholeAppObjects {
  const all = root.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
  const json = <Manifest>(wanted: (object: ApiObject) => boolean) =>
    all.filter(wanted).map((object) => object.toJson() as Manifest);
  return {
    metalLb: json<MetalLbManifest>(({ apiGroup }) => apiGroup === 'metallb.io'),
    services: json<ServiceManifest>(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service'),
    webhooks: json<WebhookManifest>(({ kind }) => kind === 'ValidatingWebhookConfiguration'),
  };
}
