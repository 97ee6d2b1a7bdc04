import { ApiObject, ApiObjectProps } from 'cdk8s';
import { Construct } from 'constructs';
import { readProjectFile } from '../files';
import { KEEP_ANNOTATIONS } from '../kube';

/** The schemas; `npm run import` writes them from imports/metallb.crds.yaml. */
const CRD_FILE = 'imports/metallb.crds.json';

/** A CustomResourceDefinition of the file. */
export interface CrdManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/**
 * The CustomResourceDefinitions of MetalLB, in the order of imports/metallb.crds.yaml.
 *
 * @throws Error if the file is missing
 */
export const readCrds = (): readonly CrdManifest[] => JSON.parse(readProjectFile(CRD_FILE)) as CrdManifest[];

/** Properties for `MetalLbCrds`. */
export interface MetalLbCrdsProps {
  /**
   * Whether annotations forbid Flux and Argo CD to delete the definitions. Deleting `ipaddresspools.metallb.io` deletes all pools, and
   * every LoadBalancer service loses its address.
   *
   * @default - true
   */
  readonly gitOpsAnnotations?: boolean;
}

/**
 * The CustomResourceDefinitions of MetalLB. Put them into a chart of their own, because they are applied before the first pool.
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
