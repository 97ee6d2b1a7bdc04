import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installScript } from '../../lib/machines';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';

const OLD = 'old-0123456789abcdef';
const NEW = 'new-0123456789abcdef';
const CA = 'the certificate';
/** The key of k3s for the data that a token encrypts: storageKey and keyHash of pkg/cluster/storage.go and encrypt.go. */
const keyOf = (token: string): string => `/bootstrap/${createHash('sha256').update(token).digest('hex').slice(0, 12)}`;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Programs of a host; each notes its call. etcd has the keys of a file. */
const PROGRAMS: Readonly<Record<string, string>> = {
  id: 'echo 0',
  curl: `for body; do last=$before before=$body; done
key=$(echo "$last" | sed 's/.*"key": "\\([^"]*\\)".*/\\1/' | base64 -d)
grep -qx "$key" "$F/keys" && echo '{"count":"1"}' || echo '{}'`,
  systemctl:
    'echo "systemctl $*" >>"$F/calls"; case "$*" in show*) cat "$F/started" ;; disable*) : >"$F/off" ;; is-active*) [ ! -e "$F/off" ] ;; esac',
  k3s: 'echo "k3s $*" >>"$F/calls"',
};

let folder: string;
const at = (name: string): string => join(folder, name);
function write(name: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
  chmodSync(at(name), mode);
}
const read = (name: string): string => readFileSync(at(name), 'utf8');
const calls = (): string[] => (existsSync(at('calls')) ? read('calls').trimEnd().split('\n') : []);
const K3S = 'root/var/lib/rancher/k3s';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-data-'));
  for (const [name, text] of Object.entries(PROGRAMS)) write(`bin/${name}`, `#!/bin/sh\nF=${folder}\n${text}\n`, 0o755);
  write('root/run/systemd/system/unit', '');
  write('root/etc/rancher/k3s/token', `${OLD}\n`, 0o600);
  write(`${K3S}/server/db/snapshots/one`, `etcd\0${keyOf(OLD)}\0data`);
  write(`${K3S}/server/tls/server-ca.crt`, CA);
  write('started', '2020-01-01 00:00:00 UTC');
  write('keys', keyOf(OLD));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)('the script of a host under $shell', ({ command }) => {
  function run(verb: string, token?: string) {
    const cluster = site();
    const [node] = cluster.nodes;
    if (!node) throw new Error('the site has no node');
    const [shell = 'sh', ...args] = command;
    const { status, stdout, stderr } = spawnSync(shell, [...args, '-s', '--', verb], {
      input: installScript(cluster, node, {}, token === undefined ? {} : { token }),
      encoding: 'utf8',
      env: { PATH: `${at('bin')}:/usr/bin:/bin`, INSTALL_ROOT: at('root'), TMPDIR: folder },
    });
    return { status, said: stdout + stderr };
  }

  test.each([
    ['that of the host', undefined, undefined, 0],
    ['that of --token-file, which is another', NEW, undefined, 1],
    ['that of --token-file', NEW, keyOf(NEW), 0],
    ['one with the hash of a CA', `K10${'0'.repeat(64)}::server:${NEW}`, keyOf(NEW), 0],
  ])('a snapshot fits the token: %s', (_, token, key, status) => {
    if (key !== undefined) write(`${K3S}/server/db/snapshots/one`, `etcd\0${key}\0`);
    const ran = run('fits:one', token);
    expect([ran.status, ran.said.includes('give that of its time by --token-file')]).toEqual([status, status === 1]);
  });

  test('old data is moved away once, and files of another CA with it', () => {
    run(`set_aside:1:${sha256(CA)}`);
    expect(readdirSync(at(`${K3S}/server`)).toSorted()).toEqual(['db-1', 'tls']);
    write(`${K3S}/server/db/etcd/member/wal/0`, 'data of the restored cluster');
    run(`set_aside:1:${sha256(CA)}`);
    expect(readdirSync(at(`${K3S}/server`)).toSorted()).toEqual(['db', 'db-1', 'tls']);
    run(`set_aside:2:${sha256('another')}`);
    expect(readdirSync(at(K3S)).toSorted()).toEqual(['restore', 'server-2']);
  });

  test('the token is rotated once', () => {
    expect(run('rotate', NEW).status).toBe(0);
    write('keys', keyOf(NEW));
    expect(run('rotate', NEW).status).toBe(0);
    expect(calls()).toEqual([`k3s token rotate --new-token ${NEW}`]);
  });

  test('an etcd that does not answer is no reason to rotate it again', () => {
    write('bin/curl', '#!/bin/sh\necho refused; exit 7\n', 0o755);
    expect(run('rotate', NEW)).toEqual({ status: 1, said: expect.stringContaining('etcd does not answer (refused)') });
    expect(calls()).toEqual([]);
  });

  test('the new token is readable for root only, and k3s restarts if it has started before', () => {
    expect(run('token', NEW).said).toBe('k3s-1: /etc/rancher/k3s/token written\n');
    expect(statSync(at('root/etc/rancher/k3s/token')).mode & 0o777).toBe(0o600);
    expect(run('sum').said.trim()).toBe(sha256(`${NEW}\n`));
    const restarts = () => calls().filter((call) => call.includes('restart')).length;
    run('restart');
    write('started', '2099-01-01 00:00:00 UTC');
    run('restart');
    expect(restarts()).toBe(1);
  });
});
