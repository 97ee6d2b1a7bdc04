import { jsonOf } from '../files';

/** The scripts that texts of this project name: `npm run NAME`. */
const SCRIPTS: Readonly<Record<string, string>> = {
  synth: 'power-safe-k3s synth',
  hosts: 'power-safe-k3s hosts',
  'machines:install': 'power-safe-k3s machines install',
  'machines:status': 'power-safe-k3s machines status',
  'machines:upgrade': 'power-safe-k3s machines upgrade',
  'machines:replace': 'power-safe-k3s machines replace',
  'machines:remove': 'power-safe-k3s machines remove',
  'machines:token': 'power-safe-k3s machines token rotate',
  'snapshots:list': 'power-safe-k3s snapshots list',
  'snapshots:fetch': 'power-safe-k3s snapshots fetch',
  'snapshots:restore': 'power-safe-k3s snapshots restore',
  kubeconfig: 'power-safe-k3s kubeconfig',
  plan: 'power-safe-k3s plan',
  apply: 'power-safe-k3s apply',
  doctor: 'power-safe-k3s doctor',
  rehearse: 'power-safe-k3s rehearse',
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
 * @throws FileError if package.json is not JSON
 */
export function projectFiles(version: string, read: (name: string) => string | undefined): ReadonlyMap<string, string> {
  const name = 'package.json';
  const old = jsonOf(read(name) ?? '{ "private": true }', name, 'correct it') as Partial<
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
  return new Map([[name, `${JSON.stringify(manifest, undefined, 2)}\n`], ...lists]);
}

/** Files that check on request that the outputs are those of cluster.yaml, by the option of init that asks for them. */
export const CHECKS = {
  githubAction: {
    path: '.github/workflows/power-safe-k3s.yaml',
    text: `name: power-safe-k3s
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  drift:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
      - run: npm ci
      - run: npx power-safe-k3s synth
      # files that are new or gone count too
      - run: git add --intent-to-add . && git diff --exit-code --stat
`,
  },
  preCommit: {
    path: '.pre-commit-config.yaml',
    // pre-commit fails if a hook changes a file
    text: `repos:
  - repo: local
    hooks:
      - id: power-safe-k3s
        name: the outputs are those of cluster.yaml
        entry: npx power-safe-k3s synth
        language: system
        pass_filenames: false
        files: ^(cluster\\.yaml|package(-lock)?\\.json)$|^(clusters|dist|gitops|hosts)/
`,
  },
  renovate: {
    path: 'renovate.json',
    text: `${JSON.stringify(
      {
        $schema: 'https://docs.renovatebot.com/renovate-schema.json',
        extends: ['config:recommended'],
        packageRules: [
          {
            matchPackageNames: ['power-safe-k3s'],
            rangeStrategy: 'pin',
            automerge: false,
            prBodyNotes: [
              'Run `npm ci && npx power-safe-k3s synth` on this branch, read which objects differ and why, and commit the outputs.',
            ],
          },
        ],
      },
      undefined,
      2,
    )}\n`,
  },
} as const satisfies Readonly<Record<string, { readonly path: string; readonly text: string }>>;
