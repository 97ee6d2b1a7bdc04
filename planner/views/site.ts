import type { Cluster } from '../../lib/cluster';
import { topologySvg } from '../../lib/pictures';
import { button, el, picture } from '../dom';
import type { View } from '../view';
import { WORDS } from '../words';

/** The hosts, their power and their network; and what remains when some are off. */
export function siteView(): View {
  let cluster: Cluster | undefined;
  const off = new Set<string>();
  const drawing = el('div');
  const answer = el('p', { role: 'status', class: 'answer' });
  const hosts = el('div', { class: 'row' });

  const toggle = (name: string) => {
    if (!off.delete(name)) off.add(name);
    draw();
  };
  const draw = () => {
    if (!cluster) return;
    const shown = picture(topologySvg(cluster, { off: [...off] }));
    for (const node of shown.querySelectorAll('[data-node]')) {
      node.addEventListener('click', () => toggle(node.getAttribute('data-node') ?? ''));
    }
    drawing.replaceChildren(shown);
    for (const host of hosts.querySelectorAll('button'))
      host.setAttribute('aria-pressed', String(off.has(host.textContent ?? '')));
  };
  return {
    name: 'site',
    title: WORDS.site,
    panel: el('div', {}, drawing, el('p', {}, WORDS.offLead), hosts, answer),
    show(site) {
      cluster = site.cluster;
      const names = cluster.nodes.map(({ name }) => name);
      for (const name of off) if (!names.includes(name)) off.delete(name);
      hosts.replaceChildren(...names.map((name) => button(name, () => toggle(name))));
      draw();
    },
  };
}
