import { containersOf, type Fields, fieldsAt, isFields, type KubeObject, listAt } from './kube-object';

/**
 * ValidateDeploymentSpec and ValidateDaemonSetSpec in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go
 */
export function workloadProblems(workload: KubeObject): string[] {
  const selector = fieldsAt(workload, 'spec.selector.matchLabels');
  const labels = fieldsAt(workload, 'spec.template.metadata.labels');
  const spec = fieldsAt(workload, 'spec.template.spec');
  const matches = Object.entries(selector).every(([key, value]) => labels[key] === value);
  return [
    ...(Object.keys(selector).length > 0 || isFields(fieldsAt(workload, 'spec.selector')['matchExpressions'])
      ? []
      : ['spec.selector: Invalid value: empty selector is invalid']),
    ...(matches ? [] : ['spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`']),
    ...(spec['restartPolicy'] === 'Always' || spec['restartPolicy'] === undefined
      ? []
      : ['spec.template.spec.restartPolicy: Unsupported value']),
  ];
}

/**
 * What is valid by every schema and refused all the same. Source: ValidatePodTemplateSpec and what it calls, in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 */
export function podProblems(workload: KubeObject): string[] {
  const spec = fieldsAt(workload, 'spec.template.spec');
  const volumes = listAt(spec, 'volumes').map(({ name }) => name);
  const containers = containersOf(spec);
  const names = containers.map(({ name }) => name);
  return [
    ...repeated(names).map((name) => `spec.template.spec.containers: Duplicate value: "${name}"`),
    ...repeated(volumes).map((name) => `spec.template.spec.volumes: Duplicate value: "${name}"`),
    ...containers.flatMap((container) =>
      containerProblems(container, volumes, spec['hostNetwork'] === true).map(
        (problem) => `spec.template.spec.containers[${String(container['name'])}].${problem}`,
      ),
    ),
  ];
}

function containerProblems(container: Fields, volumes: readonly unknown[], hostNetwork: boolean): string[] {
  const mounts = listAt(container, 'volumeMounts');
  return [
    ...mounts
      .filter(({ name }) => !volumes.includes(name))
      .map(({ name }) => `volumeMounts.name: Not found: "${String(name)}"`),
    ...repeated(mounts.map(({ mountPath }) => mountPath)).map(
      (path) => `volumeMounts.mountPath: Invalid value: "${path}": must be unique`,
    ),
    ...securityProblems(fieldsAt(container, 'securityContext')),
    ...listAt(container, 'ports')
      .filter(({ hostPort, containerPort }) => hostNetwork && hostPort !== undefined && hostPort !== containerPort)
      .map(() => 'ports.containerPort: Invalid value: must match `hostPort` when `hostNetwork` is true'),
    ...repeated(listAt(container, 'ports').flatMap(({ name }) => name ?? [])).map(
      (name) => `ports.name: Duplicate value: "${name}"`,
    ),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((name) => probeProblems(name, container[name])),
    ...resourceProblems(fieldsAt(container, 'resources')),
  ];
}

/** ValidateSecurityContext. */
function securityProblems(context: Fields): string[] {
  const { privileged, allowPrivilegeEscalation } = context;
  const added = fieldsAt(context, 'capabilities')['add'];
  return [
    ...(privileged === true && allowPrivilegeEscalation === false
      ? ['securityContext: Invalid value: cannot set `allowPrivilegeEscalation` to false and `privileged` to true']
      : []),
    ...(Array.isArray(added) && added.includes('CAP_SYS_ADMIN') && allowPrivilegeEscalation === false
      ? [
          'securityContext: Invalid value: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
        ]
      : []),
  ];
}

/** validateProbe: exactly one handler. */
function probeProblems(name: string, probe: unknown): string[] {
  if (!isFields(probe)) return [];
  const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((handler) => handler in probe);
  if (handlers.length === 0) return [`${name}: Required value: must specify a handler type`];
  return handlers.length > 1 ? [`${name}: Forbidden: may not specify more than 1 handler type`] : [];
}

/** ValidateResourceRequirements: a request above its limit. Compared only where both have the same suffix. */
function resourceProblems(resources: Fields): string[] {
  const limits = fieldsAt(resources, 'limits');
  const parts = (text: unknown) =>
    String(text)
      .match(/^([\d.]+)(.*)$/)
      ?.slice(1) ?? [];
  return Object.entries(fieldsAt(resources, 'requests'))
    .filter(([name, request]) => {
      const [[amount, unit], [most, mostUnit]] = [parts(request), parts(limits[name])];
      return unit === mostUnit && Number(amount) > Number(most);
    })
    .map(([name]) => `resources.requests: Invalid value: must be less than or equal to ${name} limit`);
}

/** ValidateService: every port named when there are several, no port twice for a protocol. */
export function serviceProblems(service: KubeObject): string[] {
  const ports = listAt(service, 'spec.ports');
  return [
    ...(ports.length > 1 && ports.some(({ name }) => name === undefined) ? ['spec.ports.name: Required value'] : []),
    ...repeated(ports.map(({ port, protocol }) => `${String(port)}/${String(protocol ?? 'TCP')}`)).map(
      (port) => `spec.ports: Duplicate value: ${port}`,
    ),
    ...(fieldsAt(service, 'spec')['externalTrafficPolicy'] !== undefined &&
    !['LoadBalancer', 'NodePort'].includes(String(fieldsAt(service, 'spec')['type']))
      ? ['spec.externalTrafficPolicy: Invalid value: may only be set for externally-accessible services']
      : []),
  ];
}

/** What is there more than once. */
const repeated = (values: readonly unknown[]): string[] => [
  ...new Set(values.filter((value, i) => values.indexOf(value) !== i).map(String)),
];
