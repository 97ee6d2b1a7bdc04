import { type Cluster, HERE, type Origin } from '../cluster';
import { WRITTEN_BY } from '../files';
import { powerSections } from '../power';
import type { RunbookSection } from '../text';
import { controlPlaneSections } from './control-plane';
import { loadBalancerSections } from './load-balancer';

/** Everything the runbook is made of, in the order it is printed. */
const SECTIONS: readonly ((cluster: Cluster, origin: Origin) => readonly RunbookSection[])[] = [
  powerSections,
  controlPlaneSections,
  loadBalancerSections,
];

/** `RUNBOOK.md`: what happens on a bad day at this very site, what to do then, and how to rehearse it. */
export function runbook(cluster: Cluster, origin: Origin = HERE): string {
  const sections = SECTIONS.flatMap((section) => section(cluster, origin));
  const parts = [
    `<!-- ${WRITTEN_BY} -->\n# Runbook of ${cluster.name}`,
    'What to do on a bad day, with the names and times of this site. Print it: on that day the screen may be dark.',
    sections.map(({ title }) => `- [${title}](#${anchorOf(title)})`).join('\n'),
    ...sections.flatMap(({ title, paragraphs }) => [`## ${title}`, ...paragraphs]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The anchor that GitHub and others give to a heading. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
