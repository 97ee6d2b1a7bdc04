import { serversOf } from '../../lib/cluster';
import { membersIn, type Peer, quorumWithout, strangersAmong } from '../../lib/live/machines/etcd-members';
import { site } from '../support/sites';

const address = (number: number): string => `192.168.10.${10 + number}`;
const member = (number: number, more: object = {}) => ({
  ID: `${number}`,
  name: `k3s-${number}-0123abcd`,
  peerURLs: [`https://${address(number)}:2380`],
  ...more,
});
const peer = (number: number, isReady: boolean): Peer => ({
  name: `k3s-${number}`,
  addresses: [address(number)],
  isReady,
});
/** The change when the last of some nodes leaves; `+` is Ready, `-` is not. */
function change(nodes: string, members: readonly object[] = [...nodes].map((_, i) => member(i + 1))) {
  const peers = [...nodes].map((state, i) => peer(i + 1, state === '+'));
  const leaving = peers.at(-1);
  if (!leaving) throw new Error('no node');
  return quorumWithout(leaving, membersIn(JSON.stringify({ members })), peers);
}

describe('a server may leave etcd', () => {
  test.each<[nodes: string, refused: string | undefined]>([
    ['+++', undefined],
    ['++-', undefined],
    ['+-+', 'quorum would be lost: 2 other servers'],
    ['+--', 'quorum would be lost: 2 other servers'],
    ['++', undefined],
    ['+-', 'quorum would be lost: 2 other servers'],
    ['+', 'k3s-1 is the only server'],
    ['++-+', undefined],
    ['++--', 'quorum would be lost: 3 other servers'],
    ['+++--', undefined],
    ['++--+', 'quorum would be lost: 3 other servers'],
  ])('if the others keep quorum: %s', (nodes, refused) => {
    expect(change(nodes).problem?.slice(0, refused?.length)).toBe(refused);
  });

  test('and the arithmetic is stated before', () => {
    expect(change('++-').lines).toEqual([
      'etcd: 3 servers, 2 must be up, 1 may be down; k3s-3 is one of them, 2 of the 2 others are Ready',
      'without k3s-3: 2 servers, 2 must be up, 0 may be down',
    ]);
  });

  test.each<[string, object, string]>([
    ['by its name, if it has another address', { peerURLs: ['https://10.0.0.9:2380'] }, 'is one of them'],
    ['by its address, before it has a name', { name: '' }, 'is one of them'],
    ['not as a learner', { isLearner: true }, 'is none of them'],
    [
      'not by a name that only begins like its own',
      { name: 'k3s-3-x-0123abcd', peerURLs: ['https://[fd00::9]:2380'] },
      'is none of them',
    ],
  ])('a member is that of a node %s', (_, more, says) => {
    expect(change('+++', [member(1), member(2), member(3, more)]).lines[0]).toContain(says);
  });
});

describe('members of etcd before an upgrade', () => {
  const at = (number: number, more: object = {}) =>
    member(number, { peerURLs: [`https://${address(number)}:2380`], ...more });
  const NOWHERE = { peerURLs: ['https://192.168.10.112:2380'] };
  test.each<[what: string, members: readonly object[], stale: readonly string[], unknown: readonly string[]]>([
    ['one of each server', [at(1), at(2), at(3)], [], []],
    ['of an earlier host of a server', [at(1), at(2), at(2, { ID: '9', ...NOWHERE })], ['9'], []],
    ['of a server that has no other', [at(1), at(2, { ID: '9', ...NOWHERE })], [], ['9']],
    ['of a host that is no server', [at(1), at(4, { ID: '9' })], [], ['9']],
    ['without a name', [at(1), at(4, { ID: '9', name: '' })], [], ['9']],
  ])('%s', (_, members, stale, unknown) => {
    const found = strangersAmong(membersIn(JSON.stringify({ members })), serversOf(site({})));
    expect([found.stale.map(({ id }) => id), found.unknown.map(({ id }) => id)]).toEqual([stale, unknown]);
  });
});
