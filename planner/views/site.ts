import { type Cluster, type QuorumState, quorumState } from '../../lib/cluster';
import { topologySvg } from '../../lib/pictures';
import { button, el, picture } from '../dom';
import type { View } from '../view';
import { WORDS } from '../words';

/** The hosts, their power and their network; and what is left when some are off. */
export function siteView(): View {
  let cluster: Cluster | undefined;
  const off = new Set<string>();
  const drawing = el('div');
  const answer = el('p', { role: 'status' });
  const hosts = el('div', { class: 'row' });

  const toggle = (name: string) => {
    if (!off.delete(name)) off.add(name);
    draw();
  };
  const draw = () => {
    if (!cluster) return;
    const shown = picture(topologySvg(cluster, { off: [...off] }));
    for (const { name } of cluster.nodes) {
      const node = shown.querySelector(`[data-node="${name}"]`);
      node?.classList.add('switch');
      node?.addEventListener('click', () => toggle(name));
    }
    drawing.replaceChildren(shown);
    const state = quorumState(cluster, [...off]);
    answer.className = state.hasQuorum ? 'good' : 'error';
    answer.textContent = answerOf(state, cluster.nodes.length - off.size);
    for (const host of hosts.querySelectorAll('button')) {
      host.setAttribute('aria-pressed', String(off.has(host.textContent ?? '')));
    }
  };
  return {
    name: 'site',
    title: WORDS.site,
    panel: el('div', {}, el('p', {}, WORDS.offLead), hosts, answer, drawing),
    show(site) {
      cluster = site.cluster;
      const names = cluster.nodes.map(({ name }) => name);
      for (const name of off) if (!names.includes(name)) off.delete(name);
      hosts.replaceChildren(...names.map((name) => button(name, () => toggle(name))));
      draw();
    },
  };
}

function answerOf({ up, servers, quorum, hasQuorum, mayAlsoBeOff }: QuorumState, nodesUp: number): string {
  const counts = WORDS.up(up, servers, quorum);
  if (!hasQuorum) return `${counts} ${WORDS.noQuorum}`;
  if (mayAlsoBeOff.length === nodesUp) return `${counts} ${WORDS.anyOne}`;
  return `${counts} ${mayAlsoBeOff.length === 0 ? WORDS.noneMore : WORDS.mayAlso(mayAlsoBeOff)}`;
}
