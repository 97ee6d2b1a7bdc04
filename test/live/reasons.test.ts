import { reasonsOf } from '../../lib/live/reasons';

const workload = { kind: 'DaemonSet', name: 'nut-secondary' };

const pod = (node: string, status: object, owner = workload) => ({
  metadata: { name: `pod-${node}`, ownerReferences: [owner] },
  spec: { nodeName: node },
  status,
});
const notReady = { conditions: [{ type: 'Ready', status: 'False' }] };
const event = (node: string, message: string, lastTimestamp: string) => ({
  involvedObject: { name: `pod-${node}`, fieldPath: 'spec.containers{second}' },
  message,
  lastTimestamp,
});
const reasons = (pods: readonly object[], events: readonly object[] = [], of = workload) =>
  reasonsOf(of, { pods: JSON.stringify({ items: pods }), events: JSON.stringify({ items: events }) });

test('what a readiness probe printed last is the reason, on one line', () => {
  const events = [
    event('k3s-2', 'Readiness probe failed: no data from ups1\nups1 takes no command\n', '2026-11-30T10:00:02Z'),
    event('k3s-2', 'Readiness probe failed: first', '2026-11-30T10:00:01Z'),
    event('k3s-3', 'Readiness probe failed: of another pod', '2026-11-30T10:00:03Z'),
  ];
  expect(reasons([pod('k3s-2', notReady)], events)).toEqual([
    '  k3s-2: second: Readiness probe failed: no data from ups1; ups1 takes no command',
  ]);
});

test('a container that waits for its image is named with what the kubelet says', () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "a"' };
  expect(reasons([pod('k3s-1', { ...notReady, containerStatuses: [{ name: 'upsd', state: { waiting } }] })])).toEqual([
    '  k3s-1: upsd: ImagePullBackOff: Back-off pulling image "a"',
  ]);
});

test('a pod that is only being made has the reason of its last event', () => {
  const waiting = { reason: 'ContainerCreating' };
  const making = pod('k3s-1', { ...notReady, containerStatuses: [{ name: 'upsd', state: { waiting } }] });
  expect(reasons([making], [event('k3s-1', 'MountVolume.SetUp failed for "secret"', '2026-11-30T10:00:02Z')])).toEqual([
    '  k3s-1: second: MountVolume.SetUp failed for "secret"',
  ]);
});

test('a pod without a node has the reason of the scheduler', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }];
  const { metadata } = pod('k3s-1', {});
  expect(reasons([{ metadata, status: { conditions } }])).toEqual(['  pod-k3s-1: 0/3 nodes are available']);
});

test('pods that are ready, and those of other workloads, are left out', () => {
  const ready = pod('k3s-1', { conditions: [{ type: 'Ready', status: 'True' }] });
  const other = pod('k3s-2', notReady, { kind: 'DaemonSet', name: 'speaker' });
  const events = [event('k3s-1', 'old', '1'), event('k3s-2', 'of another', '2')];
  expect(reasons([ready, other], events)).toEqual([]);
});

test('a Deployment has the pods of its ReplicaSets', () => {
  const owner = { kind: 'ReplicaSet', name: 'controller-7b9f' };
  const pods = [
    pod('k3s-1', notReady, owner),
    pod('k3s-2', notReady, { kind: 'ReplicaSet', name: 'controller-x-7b9f' }),
  ];
  const events = [event('k3s-1', 'one', '1'), event('k3s-2', 'two', '1')];
  expect(reasons(pods, events, { kind: 'Deployment', name: 'controller' })).toEqual(['  k3s-1: second: one']);
});
