import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

export const TOKEN = '0123456789abcdef-of-the-test';

/** A folder for each test, with a site, a token, and an ssh that notes each call and does what the file of its host says. */
export function machinesFolder() {
  const program = programPath();
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const calls = (): string[] =>
    existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trimEnd().split('\n') : [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'machines-'));
    mkdirSync(at('bin'));
    mkdirSync(at('offline'));
    writeFileSync(at('cluster.yaml'), stringify(homeInput));
    writeFileSync(at('token'), `${TOKEN}\n`);
    writeFileSync(
      at('bin/ssh'),
      `#!/bin/sh\necho "$*" >>${at('calls')}\ncat >/dev/null\nfor word; do case $word in *@*) host=\${word#*@} ;; esac; done\n[ ! -e ${folder}/$host ] || . ${folder}/$host\n`,
      { mode: 0o755 },
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  return {
    at,
    calls,
    /** The verbs of the calls, by host. */
    verbs: (): string[] =>
      calls().map((call) => call.replace(/^.*@192\.168\.10\.(\d+) .* (\S+)$/, (_, host, verb) => `${verb} ${host}`)),
    /** What a host does. */
    host: (number: number, script: string): void => writeFileSync(at(`192.168.10.${number}`), script),
    run(...args: string[]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
        cwd: folder,
        encoding: 'utf8',
        input: '',
        env: { PATH: `${at('bin')}:/usr/bin:/bin`, HOME: folder },
      });
      return { status, stdout, stderr };
    },
  };
}
