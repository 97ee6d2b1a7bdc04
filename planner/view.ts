import type { Cluster } from '../lib/cluster';
import type { Outputs } from './outputs';

/** What the views show. */
export interface Site {
  /** The text of the last valid site. */
  readonly text: string;
  readonly cluster: Cluster;
  /** Undefined while they are being built. */
  readonly outputs: Outputs | undefined;
}

/** One of the tabs on the right. */
export interface View {
  readonly name: string;
  readonly title: string;
  readonly panel: HTMLElement;
  /** Shows a site. Called only while the panel is visible. */
  show(site: Site): void;
}
