import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { METALLB } from '../releases';
import {
  commonArguments,
  envFromField,
  type MetalLbPodProps,
  placement,
  podLabels,
  podMetadata,
  podSecurity,
  probes,
  workloadMetadata,
} from './workload';

const { names, ports } = METALLB;

/** Properties for `MetalLbSpeaker`. */
export interface MetalLbSpeakerProps extends MetalLbPodProps {
  readonly ignoreExcludeLabel: boolean;
  /** Checksum of a configuration that differs from upstream's. */
  readonly configChecksum?: string;
}

/** Servers answer too. `master` is the name of the taint before Kubernetes 1.20. */
const CONTROL_PLANE: readonly k8s.Toleration[] = ['master', 'control-plane'].map((role) => ({
  key: `node-role.kubernetes.io/${role}`,
  operator: 'Exists',
  effect: 'NoSchedule',
}));

/**
 * The speakers: one per node. They answer ARP and NDP for the addresses of services, detect a failed node by gossip and take over.
 *
 * Source: https://github.com/metallb/metallb/tree/v0.16.1/config/controllers
 */
export class MetalLbSpeaker extends Construct {
  constructor(scope: Construct, id: string, props: MetalLbSpeakerProps) {
    super(scope, id);
    new k8s.KubeDaemonSet(this, 'Resource', {
      metadata: workloadMetadata(names.speaker),
      spec: {
        selector: { matchLabels: podLabels(names.speaker) },
        template: {
          metadata: podMetadata(names.speaker, props, props.configChecksum),
          spec: {
            ...placement(props, CONTROL_PLANE),
            containers: [container(props)],
            hostNetwork: true,
            securityContext: podSecurity(props),
            serviceAccountName: names.speaker,
            // enough to leave the gossip cluster, so others take over at once
            terminationGracePeriodSeconds: 2,
            volumes: [
              // not optional: the pod waits for the key of the controller
              { name: 'memberlist', secret: { secretName: names.memberlistSecret, defaultMode: 0o644 } },
              { name: 'metallb-excludel2', configMap: { name: names.excludeL2Config, defaultMode: 0o400 } },
              { name: 'memberlist-config', configMap: { name: names.memberlistConfig, optional: true } },
            ],
          },
        },
      },
    });
  }
}

const container = (props: MetalLbSpeakerProps): k8s.Container => ({
  name: 'speaker',
  image: props.image,
  imagePullPolicy: props.imagePullPolicy,
  args: [...commonArguments(props), ...(props.ignoreExcludeLabel ? ['--ignore-exclude-lb'] : [])],
  env: [
    envFromField('METALLB_NODE_NAME', 'spec.nodeName'),
    envFromField('METALLB_POD_NAME', 'metadata.name'),
    envFromField('METALLB_HOST', 'status.hostIP'),
    envFromField('METALLB_ML_BIND_ADDR', 'status.podIP'),
    { name: 'METALLB_ML_LABELS', value: 'app=metallb,component=speaker' },
    { name: 'METALLB_ML_SECRET_KEY_PATH', value: '/etc/ml_secret_key' },
  ],
  ports: [
    { name: 'metricshttps', containerPort: ports.metrics, protocol: 'TCP' },
    { name: 'memberlist-tcp', containerPort: ports.memberlist, protocol: 'TCP' },
    { name: 'memberlist-udp', containerPort: ports.memberlist, protocol: 'UDP' },
  ],
  ...probes('127.0.0.1'),
  resources: props.resources,
  securityContext: {
    allowPrivilegeEscalation: false,
    // for ARP and NDP packets
    capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
    readOnlyRootFilesystem: true,
  },
  volumeMounts: [
    { name: 'memberlist', mountPath: '/etc/ml_secret_key', readOnly: true },
    { name: 'metallb-excludel2', mountPath: '/etc/metallb', readOnly: true },
    { name: 'memberlist-config', mountPath: '/etc/metallb/memberlist', readOnly: true },
  ],
});
