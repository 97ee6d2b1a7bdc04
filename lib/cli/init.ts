import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { findingText } from '../cluster';
import { FileError, PROJECT_VERSION, readIfThere, readProjectFile, readText, withFile } from '../files';
import { CHECKS, loadCluster, projectFiles, STARTER_QUESTIONS, type Starter, starterOf, starterText } from '../site';
import { command, exitStatus } from './program';

interface Options extends Starter, Partial<Record<keyof typeof CHECKS, boolean>> {
  readonly from?: string;
  readonly out: string;
}

const SITE = 'cluster.yaml';

const HELP = `
Without options it asks on a terminal; else every value that is not given is that of the example site, or of --from. Nothing is
written if the result is invalid, or if ${SITE} or a requested file exists.

  power-safe-k3s init --name garage --subnet 10.0.0.0/24 --vip 10.0.0.5 --pool 10.0.0.240-10.0.0.250 \\
    --node k3s-1=10.0.0.11 --node k3s-2=10.0.0.12 --node k3s-3=10.0.0.13 --ups usbhid-ups

${exitStatus('invalid values, or the file exists')}`;

async function action({ from, out, githubAction, preCommit, renovate, ...given }: Options): Promise<void> {
  const file = join(out, SITE);
  const wanted = { githubAction, preCommit, renovate };
  const checks = Object.entries(CHECKS).flatMap(([name, check]) =>
    wanted[name as keyof typeof CHECKS] ? [[check.path, check.text] as const] : [],
  );
  const there = [SITE, ...checks.map(([path]) => path)].map((name) => join(out, name)).find((name) => existsSync(name));
  if (there !== undefined) throw new FileError(`${there}: exists; move it, or name another folder with --out`);
  const isTold = from !== undefined || Object.keys(given).length > 0;
  const starter = isTold || !process.stdin.isTTY ? given : await answers();
  const text = starterText(from === undefined ? readProjectFile(SITE) : readText(from), starter);
  const { warnings } = loadCluster(text, file);
  const project = projectFiles(PROJECT_VERSION, (name) => readIfThere(join(out, name)));
  for (const [name, content] of [[SITE, text] as const, ...project, ...checks]) {
    withFile(join(out, name), () => {
      mkdirSync(dirname(join(out, name)), { recursive: true });
      writeFileSync(join(out, name), content);
    });
    console.log(join(out, name));
  }
  for (const warning of warnings) console.error(findingText(warning));
  console.log('next: npm install && npx power-safe-k3s synth');
}

/** Asks for what differs between sites. An empty answer takes the proposal in brackets. */
async function answers(): Promise<Starter> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // lines that were pasted together wait here for their questions
  const lines = terminal[Symbol.asyncIterator]();
  const ask = async (what: string, proposal: string) => {
    terminal.setPrompt(`${what} [${proposal}]: `);
    terminal.prompt();
    const { value, done } = await lines.next();
    if (done) throw new Error('the input ended before the last question; nothing is written');
    return String(value).trim() || proposal;
  };
  try {
    const given: Partial<Record<keyof Starter, string>> = {};
    for (const { field, text, proposal } of STARTER_QUESTIONS) {
      given[field] = await ask(text, proposal(given.subnet ?? ''));
    }
    return starterOf(given);
  } finally {
    terminal.close();
  }
}

export const initCommand = command('init')
  .description('Writes a first cluster.yaml, package.json, .gitattributes and .gitignore into a folder.')
  .option('--name <name>', 'name of the site')
  .option('--subnet <cidr>', 'network of the nodes')
  .option('--node <name=address>', 'a server; repeatable', (node: string, all: string[] = []) => [...all, node])
  .option('--vip <address>', 'virtual IP of the control plane')
  .option('--pool <range>', 'addresses for LoadBalancer Services')
  .option('--ups <driver>', 'NUT driver of the UPS whose cable goes to the first server, or none')
  .option('--from <file>', 'cluster.yaml to start from')
  .option('--out <folder>', 'folder to write to', '.')
  .option('--github-action', 'also write a GitHub Action that fails if dist/ or hosts/ differ from cluster.yaml')
  .option('--pre-commit', 'also write a pre-commit hook that does')
  .option('--renovate', 'also write a Renovate rule that pins this program and says what to do with its updates')
  .addHelpText('after', HELP)
  .action(action);
