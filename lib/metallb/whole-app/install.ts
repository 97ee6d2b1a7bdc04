import { excludes, isLargeCommunity } from '../../network';
import { METALLB } from '../../releases';
import { FRR_ONLY_PEER_FIELDS, needsFrr } from '../bgp-type';
import { nameOf, ofKind, poolsOf, type WholeAppObjects } from './objects';
import { covers } from './pools';

/** Settings of the app's MetalLB that its objects have to match. */
export interface Install {
  readonly loadBalancerClass?: string;
  readonly excludeInterfaces: readonly string[];
  readonly webhook: 'fail' | 'ignore' | 'off';
}

/** The objects of an app that its MetalLB, in native mode and with its settings, does not support. */
export const installProblems = (objects: WholeAppObjects, install: Install): string[] => [
  ...frrOnly(objects),
  ...excluded(objects, install),
  ...webhook(objects, install),
];

function frrOnly(objects: WholeAppObjects): string[] {
  const profiles = ofKind(objects, 'BFDProfile').map((profile) => needsFrr(nameOf(profile)));
  const peers = ofKind(objects, 'BGPPeer').flatMap((peer) => {
    const given = Object.entries(peer.spec ?? {}).flatMap(([key, value]) => (value === false ? [] : [key]));
    const fields: readonly string[] = FRR_ONLY_PEER_FIELDS.filter((field) => given.includes(field));
    const { peerAddress = '' } = peer.spec ?? {};
    const address = peerAddress.includes(':') ? [`peerAddress ${peerAddress}, which is IPv6,`] : [];
    return [...fields, ...address].map((what) => needsFrr(`${nameOf(peer)}: ${what}`));
  });
  const old = ofKind(objects, 'BGPPeer')
    .filter(({ apiVersion }) => apiVersion === 'metallb.io/v1beta1')
    .map((peer) => `${nameOf(peer)} has the deprecated version metallb.io/v1beta1; use BgpPeer`);
  const routes = ofKind(objects, 'BGPAdvertisement').flatMap((advertisement) =>
    poolsOf(objects)
      .filter((pool) => covers(advertisement, pool))
      .flatMap(({ name, ranges }) =>
        ranges.filter(({ family }) => family === 6).map(({ text }) => [name, text] as const),
      )
      .map(([pool, text]) => needsFrr(`${nameOf(advertisement)}: pool "${pool}" with the IPv6 addresses ${text}`)),
  );
  const large = ofKind(objects, 'BGPAdvertisement', 'Community').flatMap((object) =>
    (object.spec?.communities ?? [])
      .map((item) => (typeof item === 'string' ? item : item.value))
      .filter(isLargeCommunity)
      .map((value) => needsFrr(`${nameOf(object)}: ${value}, a large community,`)),
  );
  return [...profiles, ...peers, ...old, ...routes, ...large];
}

/** A node that is elected to answer on an excluded interface does not answer. */
const excluded = (objects: WholeAppObjects, { excludeInterfaces }: Install): string[] =>
  ofKind(objects, 'L2Advertisement').flatMap((advertisement) =>
    (advertisement.spec?.interfaces ?? []).flatMap((name) =>
      excludeInterfaces
        .filter((pattern) => excludes(pattern, name))
        .map(
          (pattern) =>
            `${nameOf(advertisement)} names the interface ${name}, which excludeInterfaces (${pattern}) excludes; remove one of them`,
        ),
    ),
  );

function webhook({ webhooks }: WholeAppObjects, { webhook: mode }: Install): string[] {
  const found = webhooks.find(({ metadata }) => metadata.name === METALLB.names.webhookConfiguration);
  if (!found) return [];
  if (mode === 'off') {
    return [
      'MetalLb has webhook: off, so no server answers MetalLbWebhooks and no pool can be stored; remove MetalLbWebhooks',
    ];
  }
  const wanted = mode === 'fail' ? 'Fail' : 'Ignore';
  return (found.webhooks ?? []).every(({ failurePolicy }) => failurePolicy === wanted)
    ? []
    : [`MetalLb has webhook: ${mode}, and MetalLbWebhooks another value; give both the same`];
}
