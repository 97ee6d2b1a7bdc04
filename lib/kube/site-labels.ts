/** Label with the name of the site, by which plan, apply and uninstall find the objects of dist/ in a cluster. */
export const SITE_LABEL = 'power-safe-k3s/site';

/** The labels of every object of a site. They are no part of a selector. */
export const siteLabels = (site: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/managed-by': 'power-safe-k3s',
  'app.kubernetes.io/part-of': 'power-safe-k3s',
  [SITE_LABEL]: site,
});
