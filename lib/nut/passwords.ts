import type { Cluster } from '../cluster';

/** The UPSes whose machine outside has a password of its own for us. */
export const servedUpses = ({ ups }: Cluster): string[] => ups.filter(({ server }) => server).map(({ name }) => name);

/** The options of drivers that are `{ secret: true }`. */
export const secretOptions = ({ ups }: Cluster): { readonly ups: string; readonly option: string }[] =>
  ups.flatMap(({ name, options }) =>
    Object.entries(options)
      .filter(([, value]) => typeof value === 'object')
      .map(([option]) => ({ ups: name, option })),
  );

/**
 * The arguments without which `npm run secret:nut` refuses this site: passwords that it cannot make up, because a NAS or a UPS has them
 * already. Each has the word FILE where the person has to name one. Empty for a site that needs none.
 */
export const secretArguments = (cluster: Cluster): string[] => [
  ...servedUpses(cluster).map((ups) => `--server-file ${ups}=FILE`),
  ...secretOptions(cluster).map(({ ups, option }) => `--driver-file ${ups}.${option}=FILE`),
];
