import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { METALLB, METALLB_LABELS } from '../releases';

const { namespace, names } = METALLB;
const READ = ['get', 'list', 'watch'];
const EVERYTHING = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** Definitions that the controller manages; those of the service statuses belong to the speakers. */
const CONTROLLER_CRDS = [
  'bfdprofiles',
  'bgpadvertisements',
  'bgppeers',
  'ipaddresspools',
  'l2advertisements',
  'communities',
  'configurationstates',
].map((plural) => `${plural}.metallb.io`);

/** A rule, optionally limited to objects of these names. */
function allow(
  apiGroup: string,
  resources: readonly string[],
  verbs: readonly string[],
  resourceNames?: readonly string[],
): k8s.PolicyRule {
  return { apiGroups: [apiGroup], resources: [...resources], verbs: [...verbs], resourceNames: resourceNames?.slice() };
}

const controllerRules = (): k8s.PolicyRule[] => [
  allow('', ['secrets'], EVERYTHING),
  allow('', ['secrets'], ['list'], [names.memberlistSecret]),
  allow('apps', ['deployments'], ['get'], [names.controller]),
  allow('metallb.io', ['bgppeers'], ['get', 'list']),
  allow('metallb.io', ['bfdprofiles'], READ),
  allow('metallb.io', ['ipaddresspools'], READ),
  allow('metallb.io', ['ipaddresspools/status'], ['update']),
  allow('metallb.io', ['bgpadvertisements'], READ),
  allow('metallb.io', ['l2advertisements'], READ),
  allow('metallb.io', ['communities'], READ),
];

const podListerRules = (): k8s.PolicyRule[] => [
  allow('', ['pods'], ['get', 'list']),
  allow('', ['secrets'], READ),
  allow('', ['configmaps'], READ),
  allow('metallb.io', ['bfdprofiles'], READ),
  allow('metallb.io', ['bgppeers'], READ),
  allow('metallb.io', ['l2advertisements'], READ),
  allow('metallb.io', ['bgpadvertisements'], READ),
  allow('metallb.io', ['ipaddresspools'], READ),
  allow('metallb.io', ['communities'], READ),
  allow('metallb.io', ['servicebgpstatuses', 'servicebgpstatuses/status'], ['*']),
];

const controllerClusterRules = (): k8s.PolicyRule[] => [
  allow('', ['services', 'namespaces'], READ),
  allow('', ['nodes'], ['list']),
  allow('', ['services/status'], ['update']),
  allow('', ['events'], ['create', 'patch']),
  // obsolete since Kubernetes 1.25, but still in upstream's manifest
  allow('policy', ['podsecuritypolicies'], ['use'], [names.controller]),
  allow('admissionregistration.k8s.io', ['validatingwebhookconfigurations'], EVERYTHING, [names.webhookConfiguration]),
  allow('admissionregistration.k8s.io', ['validatingwebhookconfigurations'], ['list', 'watch']),
  allow('apiextensions.k8s.io', ['customresourcedefinitions'], EVERYTHING, CONTROLLER_CRDS),
  allow('apiextensions.k8s.io', ['customresourcedefinitions'], ['list', 'watch']),
  allow('metallb.io', ['configurationstates'], EVERYTHING),
  allow('metallb.io', ['configurationstates/status'], ['get', 'patch', 'update']),
];

const speakerClusterRules = (): k8s.PolicyRule[] => [
  allow(
    'metallb.io',
    ['servicel2statuses', 'servicel2statuses/status', 'configurationstates', 'configurationstates/status'],
    ['*'],
  ),
  allow('', ['services', 'endpoints', 'nodes', 'namespaces'], READ),
  allow('discovery.k8s.io', ['endpointslices'], READ),
  allow('', ['events'], ['create', 'patch']),
  allow('policy', ['podsecuritypolicies'], ['use'], [names.speaker]),
];

/**
 * Rules to check the tokens of metrics requests.
 *
 * Source: https://github.com/metallb/metallb/blob/v0.16.1/config/prometheus-native/rbac-patch.yaml
 */
const metricsRules = (): k8s.PolicyRule[] => [
  allow('authorization.k8s.io', ['subjectaccessreviews'], ['create']),
  allow('authentication.k8s.io', ['tokenreviews'], ['create']),
];

/** Properties for `MetalLbRbac`. */
export interface MetalLbRbacProps {
  /** Whether controller and speakers may check the tokens of metrics requests. */
  readonly metrics: boolean;
}

/**
 * The service accounts of controller and speaker, with their roles.
 *
 * Source: https://github.com/metallb/metallb/tree/v0.16.1/config/rbac
 */
export class MetalLbRbac extends Construct {
  constructor(scope: Construct, id: string, { metrics }: MetalLbRbacProps) {
    super(scope, id);
    const tokens = metrics ? metricsRules() : [];
    const { controller, speaker } = names;
    this.addAccount(controller);
    this.addAccount(speaker);
    this.addRole('Role', controller, controllerRules());
    this.addRole('Role', names.podLister, podListerRules());
    this.addRole('ClusterRole', names.controllerClusterRole, [...tokens, ...controllerClusterRules()]);
    this.addRole('ClusterRole', names.speakerClusterRole, [...tokens, ...speakerClusterRules()]);
    this.bind('Role', controller, [controller]);
    this.bind('Role', names.podLister, [controller, speaker]);
    this.bind('ClusterRole', names.controllerClusterRole, [controller]);
    this.bind('ClusterRole', names.speakerClusterRole, [speaker]);
  }

  private addAccount(name: string): void {
    new k8s.KubeServiceAccount(this, `ServiceAccount-${name}`, { metadata: metadata('Role', name) });
  }

  private addRole(kind: RoleKind, name: string, rules: k8s.PolicyRule[]): void {
    const Kind = kind === 'Role' ? k8s.KubeRole : k8s.KubeClusterRole;
    new Kind(this, `${kind}-${name}`, { metadata: metadata(kind, name), rules });
  }

  /** Binds the role to service accounts; the binding has the role's name. */
  private bind(kind: RoleKind, name: string, accounts: readonly string[]): void {
    const Kind = kind === 'Role' ? k8s.KubeRoleBinding : k8s.KubeClusterRoleBinding;
    new Kind(this, `${kind}Binding-${name}`, {
      metadata: metadata(kind, name),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
      subjects: accounts.map((account) => ({ kind: 'ServiceAccount', name: account, namespace })),
    });
  }
}

type RoleKind = 'Role' | 'ClusterRole';

/** Without namespace for a cluster role. */
function metadata(kind: RoleKind, name: string): k8s.ObjectMeta {
  return { name, namespace: kind === 'Role' ? namespace : undefined, labels: METALLB_LABELS };
}
