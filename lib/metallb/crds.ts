import { ApiObject, ApiObjectProps } from 'cdk8s';
import { Construct } from 'constructs';
import { readProjectFile } from '../files';
import { KEEP_ANNOTATIONS } from '../kube';

/** The schemas, made from our own statement of them in imports/metallb.crds.yaml by `npm run import`. */
const CRD_FILE = 'imports/metallb.crds.json';

/** A CustomResourceDefinition as it stands in the file. */
export interface CrdManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/**
 * The nine CustomResourceDefinitions of MetalLB as plain objects, in the order of imports/metallb.crds.yaml.
 *
 * @throws Error when the file is missing.
 */
export const readCrds = (): readonly CrdManifest[] => JSON.parse(readProjectFile(CRD_FILE)) as CrdManifest[];

/** Properties for `MetalLbCrds`. */
export interface MetalLbCrdsProps {
  /**
   * Whether Flux and Argo CD are told never to delete the definitions. Deleting one deletes every object of its kind:
   * without `ipaddresspools.metallb.io` all pools go, and with them the address of every LoadBalancer service.
   *
   * @default - true
   */
  readonly gitOpsAnnotations?: boolean;
}

/**
 * The CustomResourceDefinitions of MetalLB, and nothing else: kubectl must have applied them before it is shown a pool,
 * so they belong in a chart of their own.
 *
 * Source: https://github.com/metallb/metallb/tree/v0.16.1/config/crd/bases
 */
export class MetalLbCrds extends Construct {
  constructor(scope: Construct, id: string, props: MetalLbCrdsProps = {}) {
    super(scope, id);
    const annotations = (props.gitOpsAnnotations ?? true) ? KEEP_ANNOTATIONS : undefined;
    for (const crd of readCrds()) {
      const manifest: ApiObjectProps = { ...crd, metadata: { ...crd.metadata, annotations } };
      new ApiObject(this, crd.metadata.name, manifest);
    }
  }
}
