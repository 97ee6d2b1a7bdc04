// The embedded etcd of k3s-stand-in.js, by a real etcd without TLS: a member is named NODE-XXXXXXXX, and a server joins only if no member has
// another name of its node, as in https://github.com/k3s-io/k3s/blob/master/pkg/etcd/etcd.go
const { spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const http = require('node:http');
const { hostname } = require('node:os');
const { join } = require('node:path');

const PROGRAM = '/opt/etcd';

function call(host, path, body) {
  return new Promise((resolve, reject) => {
    const options = { host, port: 2379, path, method: body ? 'POST' : 'GET', timeout: 5000 };
    const request = http.request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text))));
    });
    request.on('timeout', () => request.destroy(new Error(`etcd of ${host} does not answer`)));
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

/** Starts etcd, and resolves when it is healthy. @param through address of a server of the cluster to join; none for a new cluster */
async function start(folder, address, through) {
  const nameFile = join(folder, 'name');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(nameFile)) writeFileSync(nameFile, `${hostname()}-${randomBytes(4).toString('hex')}`);
  const name = readFileSync(nameFile, 'utf8');
  const peer = `http://${address}:2380`;
  const cluster = [`${name}=${peer}`];
  if (through !== undefined) {
    const { members } = await call(through, '/v3/cluster/member/list', {});
    for (const member of members) {
      const isOwn = member.peerURLs.includes(peer) && (!member.name || member.name === name);
      if (!isOwn && member.name?.slice(0, -9) === hostname()) {
        rmSync(nameFile);
        throw new Error('ETCD join failed: duplicate node name found, please use a unique name for this node');
      }
      if (!isOwn) cluster.push(`${member.name}=${member.peerURLs[0]}`);
    }
    if (cluster.length === members.length + 1) await call(through, '/v3/cluster/member/add', { peerURLs: [peer] });
  }
  const options = {
    name,
    'data-dir': folder,
    'listen-client-urls': 'http://0.0.0.0:2379',
    'advertise-client-urls': `http://${address}:2379`,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': cluster.join(','),
    'initial-cluster-state': through === undefined ? 'new' : 'existing',
    logger: 'zap',
    'log-level': 'warn',
  };
  const args = Object.entries(options).map(([key, value]) => `--${key}=${value}`);
  const child = spawn(PROGRAM, args, { stdio: 'inherit' });
  // of k3s it is a part: both end together
  child.on('exit', () => process.exit(1));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  for (;;) {
    if (await isHealthy()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const isHealthy = () =>
  call('127.0.0.1', '/health').then(
    ({ health }) => health === 'true',
    () => false,
  );

module.exports = { isPresent: () => existsSync(PROGRAM), isHealthy, start };
