import { type Cluster, HERE, type Origin } from '../cluster';
import { WRITTEN_BY } from '../files';
import { notArmed, powerSections } from '../power';
import { bulleted, type RunbookSection } from '../text';
import { controlPlaneSections } from './control-plane';
import { hostSections } from './hosts';
import { loadBalancerSections } from './load-balancer';

/** The parts of the runbook in printed order. */
const SECTIONS: readonly ((cluster: Cluster, origin: Origin) => readonly RunbookSection[])[] = [
  powerSections,
  hostSections,
  controlPlaneSections,
  loadBalancerSections,
];

/** `RUNBOOK.md`: what happens in a failure at this site, what to do, and how to test it. Pure. */
export function runbook(cluster: Cluster, origin: Origin = HERE): string {
  const sections = SECTIONS.flatMap((section) => section(cluster, origin));
  const parts = [
    `<!-- ${WRITTEN_BY} -->\n# Runbook of ${cluster.name}`,
    ...notArmed(cluster),
    'Print this page: in a power failure no screen may work.',
    '![topology](topology.svg)',
    bulleted(sections.map(({ title }) => `[${title}](#${anchorOf(title)})`)),
    ...sections.flatMap(({ title, paragraphs }) => [`## ${title}`, ...paragraphs]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The anchor of a heading on GitHub. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
