import { Chart, Duration, Testing } from 'cdk8s';
import { KUBE_VIP_ENV, type KubeVipEnv, kubeVipEnvTexts } from '../../lib/kube-vip/env';
import { KubeVip, type KubeVipProps } from '../../lib/kube-vip/kube-vip';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { at, find } from '../metallb/support';

const VIP = '192.168.10.5';

function synth(props: Partial<KubeVipProps> = {}): JsonObject[] {
  const chart = new Chart(Testing.app(), 'test', { namespace: 'kube-system' });
  new KubeVip(chart, 'KubeVip', { addresses: [VIP], ...props });
  return Testing.synth(chart) as JsonObject[];
}

const pod = (props?: Partial<KubeVipProps>) => at(find(synth(props), 'DaemonSet'), 'spec.template.spec') as JsonObject;
const env = (props?: Partial<KubeVipProps>): Record<string, string | undefined> =>
  Object.fromEntries(
    (at(pod(props), 'containers.0.env') as { name: string; value?: string }[]).map(({ name, value }) => [name, value]),
  );

describe('the settings of kube-vip', () => {
  test('to answer for the address by ARP, for the control plane and nothing else', () => {
    expect(env()).toMatchObject({
      address: VIP,
      vip_subnet: '32',
      vip_arp: 'true',
      cp_enable: 'true',
      svc_enable: 'false',
    });
  });

  test('to elect the holder by a lease of 20, 15 and 2 seconds', () => {
    expect(env()).toMatchObject({
      vip_leaderelection: 'true',
      vip_leaseduration: '20',
      vip_renewdeadline: '15',
      vip_retryperiod: '2',
    });
  });

  test('to repeat the gratuitous ARP each second', () => expect(env()['vip_arpRate']).toBe('1000'));

  test('use the API server of its own node', () => {
    expect(env()).toMatchObject({ KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '6443' });
  });

  test('to use another port for the address and for its own API server alike', () => {
    expect(env({ port: 7443 })).toMatchObject({ port: '7443', KUBERNETES_SERVICE_PORT: '7443' });
  });

  test('to find the interface by itself unless one is named', () => {
    expect(env()).not.toHaveProperty('vip_interface');
    expect(env({ interface: 'eth0' })['vip_interface']).toBe('eth0');
  });

  test('both addresses and both prefixes of a dual stack', () => {
    expect(env({ addresses: [VIP, 'fd00::5'] })).toMatchObject({ address: `${VIP},fd00::5`, vip_subnet: '32,128' });
  });

  test('to offer metrics on loopback only', () => expect(env()['prometheus_server']).toBe('127.0.0.1:2112'));

  test('what the escape hatch says, over what the construct says', () => {
    expect(env({ env: { vip_loglevel: -4, vip_arpRate: 2000 } })).toMatchObject({
      vip_loglevel: '-4',
      vip_arpRate: '2000',
    });
  });
});

describe('the pod', () => {
  test('runs on every server and stays there', () => {
    expect(pod()).toMatchObject({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] },
            ],
          },
        },
      },
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'system-node-critical',
      hostNetwork: true,
    });
  });

  test('runs once on each server, with its interface, where the servers have several', () => {
    const objects = synth({ interface: 'eth0', otherInterfaces: { eth1: ['k3s-2'], wlan0: ['k3s-3', 'k3s-4'] } });
    const found = objects
      .filter(({ kind }) => kind === 'DaemonSet')
      .map((one) => {
        const spec = at(one, 'spec.template.spec');
        const variables = at(spec, 'containers.0.env') as { name: string; value?: string }[];
        const terms = 'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
        const { operator, values } = at(spec, `${terms}.0.matchExpressions.1`) as {
          operator: string;
          values: string[];
        };
        return [
          at(one, 'metadata.name'),
          variables.find(({ name }) => name === 'vip_interface')?.value,
          operator,
          values,
        ];
      });
    expect(found).toEqual([
      ['kube-vip', 'eth0', 'NotIn', ['k3s-2', 'k3s-3', 'k3s-4']],
      ['kube-vip-2', 'eth1', 'In', ['k3s-2']],
      ['kube-vip-3', 'wlan0', 'In', ['k3s-3', 'k3s-4']],
    ]);
  });

  test('keeps two capabilities and drops the others', () => {
    expect(at(pod(), 'containers.0.securityContext')).toMatchObject({
      privileged: false,
      allowPrivilegeEscalation: false,
      capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] },
    });
  });

  test('may touch leases of its namespace and nothing else', () => {
    const objects = synth();
    expect(at(find(objects, 'Role'), 'rules')).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
    ]);
    expect(objects.map(({ kind }) => kind)).not.toContain('ClusterRole');
  });

  test('has the token that the election needs', () => expect(pod()['automountServiceAccountToken']).toBe(true));
});

describe('settings', () => {
  test('every name of the default is on the list of what kube-vip reads', () => {
    const own = Object.keys(env({ interface: 'eth0' })).filter((name) => !name.startsWith('KUBERNETES_'));
    expect(own.filter((name) => !(name in KUBE_VIP_ENV))).toEqual([]);
  });

  test('a name kube-vip would ignore is refused', () => {
    expect(() => kubeVipEnvTexts({ vip_cidr: '32' } as KubeVipEnv)).toThrow('has no setting "vip_cidr"');
  });

  test('a value kube-vip could not parse is refused', () => {
    expect(() => kubeVipEnvTexts({ vip_loseleadership: 30 } as unknown as KubeVipEnv)).toThrow(
      'reads "vip_loseleadership" as a boolean, got 30',
    );
  });

  test('all wrong settings are named at once', () => {
    expect(() => kubeVipEnvTexts({ a: 1, port: 'x' } as unknown as KubeVipEnv)).toThrow(/"a".*\n.*"port"/);
  });
});

describe('refused', () => {
  const refused = (props: Partial<KubeVipProps>) => expect(() => synth(props)).toThrow;

  test('no address', () => refused({ addresses: [] })('kube-vip has no address'));
  test('a host name as address', () => refused({ addresses: ['api.home'] })('is no IP address'));
  test('an ARP rate that kube-vip would reset', () => refused({ arpRate: Duration.millis(400) })('below 500 ms'));
  test('a lease that is no longer than the renewal', () => {
    refused({ lease: { duration: Duration.seconds(10) } })('give duration > renewDeadline');
  });
  test('a renewal of exactly 1.2 retries', () => {
    refused({ lease: { renewDeadline: Duration.seconds(12), retryPeriod: Duration.seconds(10) } })('1.2 x retryPeriod');
  });
});
