import type { Command } from 'commander';
import {
  connectTo,
  doctor,
  doctorText,
  expectedOf,
  readRehearsals,
  rehearsalFile,
  rehearsalText,
  rehearse,
  sensesOf,
  writeRehearsal,
} from '../live';
import { readSite, siteFile } from '../site';
import { type ConnectionOptions, confirmation, connectionTo, withConnectionOptions } from './cluster-options';
import { command, differenceStatus, Exit, ONE_SITE } from './program';

interface Options extends ConnectionOptions {
  readonly cluster?: string;
  readonly ups?: string;
  readonly yes?: boolean;
}

/** Limit of doctor before the begin. */
const DOCTOR_MS = 60_000;

const HELP = `
You pull the plug of the UPS, and its hosts power off. The command examines the site as doctor does, says each step, and measures when
each host is off and back. The result is written beside the site, as cluster.rehearsal.json, where doctor reads it.

  power-safe-k3s rehearse --context home

${differenceStatus('all was as planned', 'something was not')}`;

async function action({ cluster: path, ups: name, yes, ...options }: Options, self: Command): Promise<void> {
  const file = siteFile(path);
  const { cluster } = readSite(file);
  const names = cluster.ups.map((one) => one.name);
  const ups = cluster.ups.find((one) => one.name === (name ?? (names.length === 1 ? names[0] : undefined)));
  if (!ups) self.error(`error: name a UPS of the site; give one with --ups: ${names.join(', ') || 'it has none'}`);

  const connection = connectionTo(cluster, options);
  console.log(doctorText(await doctor(cluster, { ...connection, timeoutMs: DOCTOR_MS }, new Date())));
  const off = expectedOf(cluster, ups).hosts.filter(({ offWithinSeconds }) => offWithinSeconds !== undefined);
  const what =
    off.length > 0 ? `These hosts power off: ${off.map((host) => host.name).join(', ')}.` : 'No host powers off.';
  if (!(await confirmation('Begin', yes)([what]))) throw new Exit(1);

  let enter = false;
  const listen = () => {
    enter = true;
  };
  if (process.stdin.isTTY) process.stdin.on('data', listen);
  try {
    const senses = sensesOf(cluster, ups, await connectTo(connection), {
      print: (line) => console.log(line),
      pressed: () => {
        const was = enter;
        enter = false;
        return was;
      },
    });
    const result = await rehearse(cluster, ups, senses, connection.timeoutMs);
    const target = rehearsalFile(file);
    writeRehearsal(target, { ...readRehearsals(target), [ups.name]: result });
    console.log(rehearsalText(ups.name, result));
    console.log(`written: ${target}`);
    if (result.problems.length > 0) throw new Exit(2);
  } finally {
    process.stdin.off('data', listen).pause();
  }
}

export const rehearseCommand = withConnectionOptions(
  command('rehearse', 1)
    .description('Guides and measures a power failure: you pull the plug of a UPS.')
    .option('--cluster <file>', ONE_SITE)
    .option('--ups <name>', 'UPS whose plug is pulled; default: the only one')
    .option('--yes', 'begin without a question'),
  7200,
)
  .addHelpText('after', HELP)
  .action(action);
