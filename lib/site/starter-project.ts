/** The scripts that texts of this project name: `npm run NAME`. */
const SCRIPTS: Readonly<Record<string, string>> = {
  synth: 'power-safe-k3s synth',
  hosts: 'power-safe-k3s hosts',
  kubeconfig: 'power-safe-k3s kubeconfig',
  plan: 'power-safe-k3s plan',
  apply: 'power-safe-k3s apply',
  doctor: 'power-safe-k3s doctor',
  power: 'power-safe-k3s',
  'secret:nut': 'power-safe-k3s secret nut',
  'verify:metallb': 'power-safe-k3s verify',
};

const LINES: Readonly<Record<string, string>> = {
  // shell scripts of hosts/ need Linux line ends in every checkout
  '.gitattributes': '* text=auto eol=lf',
  '.gitignore': 'node_modules',
};

/**
 * The files beside cluster.yaml, with what is already in them: package.json with this version and the scripts, .gitattributes and
 * .gitignore.
 *
 * @param version of this package
 * @param read the text of a file in the folder; undefined if it does not exist
 * @throws SyntaxError if package.json is not JSON
 */
export function projectFiles(version: string, read: (name: string) => string | undefined): ReadonlyMap<string, string> {
  const old = JSON.parse(read('package.json') ?? '{ "private": true }') as Partial<
    Record<'scripts' | 'dependencies', Readonly<Record<string, string>>>
  >;
  const manifest = {
    ...old,
    scripts: { ...SCRIPTS, ...old.scripts },
    dependencies: { 'power-safe-k3s': version, ...old.dependencies },
  };
  const lists = Object.entries(LINES).map(([name, line]): [string, string] => {
    const text = read(name) ?? '';
    return [name, text.split('\n').includes(line) ? text : `${text}${line}\n`];
  });
  return new Map([['package.json', `${JSON.stringify(manifest, undefined, 2)}\n`], ...lists]);
}
