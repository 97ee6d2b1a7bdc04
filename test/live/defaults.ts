import { containersOf, type Fields, fieldsAt, isFields, type KubeObject, listAt } from './kube-object';
import { canonicalQuantity } from './quantity';

/**
 * Fills in what an API server fills in, as far as the objects of this project meet it, because kubectl compares the manifest with
 * what comes back. Changes the object.
 *
 * Sources: the defaults.go of core/v1, apps/v1, rbac/v1 and admissionregistration/v1 in
 * https://github.com/kubernetes/kubernetes/tree/master/pkg/apis
 */
export function fillIn(object: KubeObject): void {
  const spec = fieldsAt(object, 'spec');
  switch (object.kind) {
    case 'Namespace':
      object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
      object['spec'] = { finalizers: ['kubernetes'], ...spec };
      object['status'] ??= { phase: 'Active' };
      break;
    case 'Secret':
      object['type'] ??= 'Opaque';
      break;
    case 'Service':
      service(spec);
      break;
    case 'Deployment':
      setMissing(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
      setMissing(spec, {
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      });
      podTemplate(spec);
      break;
    case 'DaemonSet':
      setMissing(spec, { revisionHistoryLimit: 10 });
      setMissing(spec, {
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      });
      podTemplate(spec);
      break;
    case 'CustomResourceDefinition':
      definition(spec);
      break;
    case 'ValidatingWebhookConfiguration':
      for (const webhook of listAt(object, 'webhooks')) {
        setMissing(webhook, {
          matchPolicy: 'Equivalent',
          timeoutSeconds: 10,
          namespaceSelector: {},
          objectSelector: {},
        });
        setMissing(fieldsAt(webhook, 'clientConfig.service'), { port: 443 });
        for (const rule of listAt(webhook, 'rules')) setMissing(rule, { scope: '*' });
      }
      break;
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      for (const subject of listAt(object, 'subjects')) {
        if (subject['kind'] !== 'ServiceAccount') setMissing(subject, { apiGroup: 'rbac.authorization.k8s.io' });
      }
      break;
  }
}

function service(spec: Fields): void {
  setMissing(spec, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' });
  if (spec['type'] === 'LoadBalancer') setMissing(spec, { externalTrafficPolicy: 'Cluster' });
  setMissing(spec, { clusterIP: '10.43.0.10', clusterIPs: ['10.43.0.10'] });
  setMissing(spec, { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  for (const port of listAt(spec, 'ports')) setMissing(port, { protocol: 'TCP', targetPort: port['port'] });
}

function definition(spec: Fields): void {
  const names = fieldsAt(spec, 'names');
  setMissing(names, {
    singular: String(names['kind']).toLowerCase(),
    listKind: `${String(names['kind'])}List`,
  });
  setMissing(spec, { conversion: { strategy: 'None' } });
  const service = fieldsAt(spec, 'conversion.webhook.clientConfig.service');
  if (service['name'] !== undefined) setMissing(service, { port: 443 });
}

function podTemplate(workload: Fields): void {
  const spec = fieldsAt(workload, 'template.spec');
  setMissing(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
  });
  if (spec['serviceAccountName'] !== undefined) setMissing(spec, { serviceAccount: spec['serviceAccountName'] });
  for (const item of containersOf(spec)) container(item, spec['hostNetwork'] === true);
  for (const volume of listAt(spec, 'volumes')) {
    for (const kind of ['configMap', 'secret', 'projected']) {
      if (isFields(volume[kind])) setMissing(volume[kind], { defaultMode: 0o644 });
    }
    if (isFields(volume['hostPath'])) setMissing(volume['hostPath'], { type: '' });
    quantities(fieldsAt(volume, 'emptyDir'), ['sizeLimit']);
  }
}

function container(item: Fields, hostNetwork: boolean): void {
  const latest = /:latest$|^[^:@]*$/.test(String(item['image']));
  setMissing(item, {
    imagePullPolicy: latest ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  for (const port of listAt(item, 'ports')) {
    setMissing(port, { protocol: 'TCP', ...(hostNetwork && { hostPort: port['containerPort'] }) });
  }
  for (const env of listAt(item, 'env')) {
    const field = fieldsAt(env, 'valueFrom.fieldRef');
    if (field['fieldPath'] !== undefined) setMissing(field, { apiVersion: 'v1' });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (!isFields(item[name])) continue;
    setMissing(item[name], { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    const get = fieldsAt(item, `${name}.httpGet`);
    if (get['port'] !== undefined) setMissing(get, { path: '/', scheme: 'HTTP' });
  }
  for (const part of ['requests', 'limits']) {
    const resources = fieldsAt(item, `resources.${part}`);
    quantities(resources, Object.keys(resources));
  }
}

function quantities(fields: Fields, keys: readonly string[]): void {
  for (const key of keys) {
    if (fields[key] !== undefined) fields[key] = canonicalQuantity(String(fields[key]));
  }
}

function setMissing(fields: Fields, values: Fields): void {
  for (const [key, value] of Object.entries(values)) fields[key] ??= value;
}
