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

/** Facts that the objects of an app do not contain. */
export interface WholeAppOptions {
  /** The MetalLB of the app. @default - not part of the app */
  readonly install?: Install;
  /** Names of pools that something outside the app announces. @default - none */
  readonly mayBeSilent?: ReadonlySet<string>;
}

/** All problems between MetalLB, its pools and advertisements, and the services of an app. Pure. */
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

/** One per app, at its root, so each problem is reported once. */
class WholeApp extends Construct {
  private static readonly ID = 'MetalLbChecks';

  static of(construct: Construct): WholeApp {
    const { root } = construct.node;
    const found = root.node.tryFindChild(WholeApp.ID);
    return found instanceof WholeApp ? found : new WholeApp(root as Construct, WholeApp.ID);
  }

  readonly installs: Install[] = [];
  /** Services of Helm charts, with the construct that has their values. */
  readonly chartServices: { readonly maker: string; readonly service: ServiceManifest }[] = [];
  readonly mayBeSilent = new Set<string>();

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    this.node.addValidation({ validate: () => this.problems(objectsOf(scope)) });
  }

  private problems(objects: WholeAppObjects): string[] {
    const { installs, chartServices, mayBeSilent } = this;
    const makers = [...installs.map(() => 'MetalLb'), ...chartServices.map(({ maker }) => maker)];
    const twice = new Set(makers.filter((maker, index) => makers.indexOf(maker) !== index));
    if (twice.size > 0) {
      return [...twice].map((maker) => `the app has two ${maker}, whose objects have the same names; keep one`);
    }
    const [install] = installs;
    const services = [...objects.services, ...chartServices.map(({ service }) => service)];
    return wholeAppProblems({ ...objects, services }, { mayBeSilent, ...(install && { install }) });
  }
}

/** Enables the checks of the app for this pool. */
export function checkPoolWithinApp(
  pool: Construct & { readonly name: string; readonly allowUnannounced: boolean },
): void {
  const app = WholeApp.of(pool);
  if (pool.allowUnannounced) app.mayBeSilent.add(pool.name);
}

/** Enables the checks of the app for this MetalLB. */
export function checkInstallWithinApp(metalLb: Construct, install: Install): void {
  WholeApp.of(metalLb).installs.push(install);
}

/**
 * Enables the checks of the app for a Service that a Helm chart creates from the values of this construct.
 *
 * @param maker kind of the construct, at most one per app
 */
export function checkChartServiceWithinApp(values: Construct, maker: string, service: ServiceManifest): void {
  WholeApp.of(values).chartServices.push({ maker, service });
}

/** The objects of all constructs, including cdk8s-plus, generated bindings and plain ApiObjects. */
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
