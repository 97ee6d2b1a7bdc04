import { doctor, doctorText, Progress } from '../live';
import { endpointsOf } from '../machines';
import { readOneSite } from '../site';
import { type ConnectionOptions, withConnectionOptions } from './cluster-options';
import { command, differenceStatus, Exit, ONE_SITE } from './program';

interface Options extends ConnectionOptions {
  readonly cluster?: string;
  readonly json?: boolean;
}

const HELP = `
API servers and their certificates, nodes and quorum, k3s versions, etcd snapshots, NUT pods, UPSes. Nothing is changed.

  power-safe-k3s doctor --context home

${differenceStatus('every row is good', 'a row is not')}`;

async function action({ cluster: file, json, timeout, ...options }: Options): Promise<void> {
  const { cluster } = readOneSite(file);
  const connection = {
    ...options,
    timeoutMs: timeout * 1000,
    servers: endpointsOf(cluster).map(({ server }) => server),
    progress: new Progress(process.stderr),
  };
  const rows = await doctor(cluster, connection, new Date());
  console.log(json ? JSON.stringify(rows, undefined, 2) : doctorText(rows));
  if (rows.some(({ isGood }) => !isGood)) throw new Exit(2);
}

export const doctorCommand = withConnectionOptions(
  command('doctor', 1)
    .description('Examines a running site; each problem has a cure.')
    .option('--cluster <file>', ONE_SITE),
  60,
)
  .option('--json', 'print JSON')
  .addHelpText('after', HELP)
  .action(action);
