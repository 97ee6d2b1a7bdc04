import { Option } from 'commander';
import { ClusterError, type Finding, findingText } from '../cluster';
import { PROJECT_VERSION } from '../files';
import { readSites, sarif } from '../site';
import { command, Exit, exitStatus, SITES } from './program';

interface Options {
  readonly cluster?: string;
  readonly json?: boolean;
  readonly sarif?: boolean;
}

const HELP = `
Errors and warnings, each as file:line:column: rule: message; cure. docs/rules.md lists the rules.

  power-safe-k3s check --cluster cluster.yaml
  power-safe-k3s check --sarif > check.sarif

${exitStatus('invalid site')}`;

function action({ cluster, ...format }: Options): void {
  const findings = findingsOf(cluster);
  const text = format.json
    ? JSON.stringify(findings, undefined, 2)
    : format.sarif
      ? JSON.stringify(sarif(findings, PROJECT_VERSION), undefined, 2)
      : findings.map(findingText).join('\n');
  if (text !== '') console.log(text);
  if (findings.some(({ severity }) => severity === 'error')) throw new Exit(1);
}

function findingsOf(path?: string): readonly Finding[] {
  try {
    return readSites(path).warnings;
  } catch (error) {
    if (error instanceof ClusterError) return error.findings;
    throw error;
  }
}

export const checkCommand = command('check')
  .description('Checks the site and writes nothing.')
  .option('--cluster <path>', SITES)
  .addOption(new Option('--json', 'print JSON').conflicts('sarif'))
  .option('--sarif', 'print SARIF 2.1.0, which code hosting platforms show at the line')
  .addHelpText('after', HELP)
  .action(action);
