// k3s-stand-in DATA: bootstraps, joins or continues as in the documentation and source of k3s, and serves /cacerts.
// Configuration as for k3s: K3S_CONFIG_FILE or /etc/rancher/k3s/config.yaml, then FILE.d/*.yaml; the last one takes precedence.
//   with etcd data         -> continues with it, whatever the configuration
//   else `server` is set   -> joins that server or exits with an error; with a token K10<hash>::server:<password> only if its CA matches
//   else `cluster-init`    -> bootstraps a new cluster
//   else                   -> bootstraps a new single-node cluster with SQLite
// Where /opt/etcd is, that is its etcd; elsewhere it only has the folders of one.
// A token that is not that of the data is refused.
// k3s-stand-in DATA replicated: takes over what the other servers of its cluster have stored since it stopped, then the same
// k3s-stand-in DATA save NAME: a snapshot; DATA write VALUE; DATA rotate TOKEN: as if the others had stored it too
// k3s-stand-in DATA --cluster-reset [--cluster-reset-restore-path=FILE]: a new single-member cluster with the same CA, and node-ip in the
// peer URL of etcd; refused while `server` is set
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const https = require('node:https');
const net = require('node:net');
const { join } = require('node:path');
const { parse } = require('yaml');
const etcd = require('./k3s-etcd.js');

const [data, ...args] = process.argv.slice(2);
const [verb, value] = args;
const db = join(data, 'server/db');
const clusterFile = join(db, 'cluster.json');
const file = process.env.K3S_CONFIG_FILE || '/etc/rancher/k3s/config.yaml';
const folder = `${file}.d`;
const dropIns = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];
const files = [file, ...dropIns.sort().map((name) => join(folder, name))];
const config = Object.assign({}, ...files.map((path) => parse(readFileSync(path, 'utf8')) ?? {}));

function fail(message) {
  console.error(`k3s stand-in: ${message}`);
  process.exit(1);
}

function get(url) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { rejectUnauthorized: false, timeout: 3000, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    request.on('timeout', () => request.destroy(new Error(`${url} does not answer`)));
    request.on('error', reject);
  });
}

/** The key of the data that a token encrypts: storageKey of pkg/cluster/storage.go. */
const bootstrapKey = (text) => {
  const password = text.trim().replace(/^K10[0-9a-f]{64}::server:/, '');
  return `/bootstrap/${createHash('sha256').update(password).digest('hex').slice(0, 12)}`;
};
const ownKey = () => (config['token-file'] ? bootstrapKey(readFileSync(config['token-file'], 'utf8')) : '');

function checkToken({ bootstrap }) {
  if (bootstrap !== ownKey()) fail('bootstrap data already found and encrypted with different token');
}

function change(values) {
  const cluster = JSON.parse(readFileSync(clusterFile, 'utf8'));
  writeFileSync(clusterFile, JSON.stringify({ ...cluster, ...values(cluster), revision: cluster.revision + 1 }));
}

/** Takes over what the other servers have stored since this one stopped. */
async function catchUp(cluster) {
  const conf = '/etc/rancher/k3s/k3s-ha.conf';
  const [, servers = ''] = /^SERVERS='(.*)'$/m.exec(readFileSync(conf, 'utf8')) ?? [];
  for (const address of servers.split(' ').map((one) => one.split('=')[1])) {
    const text = await get(`https://${address}:6443/stand-in`).catch(() => undefined);
    const other = text ? JSON.parse(text) : cluster;
    if (other.generation === cluster.generation && other.revision > cluster.revision) store(other, cluster.how);
  }
}

function newCluster() {
  mkdirSync(db, { recursive: true });
  const [key, ca] = [join(db, 'server-ca.key'), join(db, 'server-ca.crt')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const out = ['-keyout', key, '-out', ca, '-days', '2', '-subj', '/CN=k3s-server-ca'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...out], { stdio: 'ignore' });
  const id = Math.random().toString(36).slice(2, 10);
  const files = { key: readFileSync(key, 'utf8'), ca: readFileSync(ca, 'utf8') };
  return { id, generation: id, revision: 1, values: [], bootstrap: ownKey(), ...files };
}

function store(cluster, how) {
  // a real etcd makes its own
  const wal = etcd.isPresent() ? 'db' : 'db/etcd/member/wal';
  for (const folder of [wal, 'tls']) mkdirSync(join(data, 'server', folder), { recursive: true });
  writeFileSync(join(data, 'server/tls/server-ca.crt'), cluster.ca);
  writeFileSync(clusterFile, JSON.stringify({ ...cluster, how }));
}

function reset() {
  if (config.server) fail('cannot perform cluster-reset while server URL is set');
  const option = args.find((arg) => arg.startsWith('--cluster-reset-restore-path='));
  const path = option?.slice(option.indexOf('=') + 1);
  if (path && !existsSync(path)) fail(`snapshot path does not exist: ${path}`);
  const cluster = JSON.parse(readFileSync(path ?? clusterFile, 'utf8'));
  checkToken(cluster);
  store({ ...cluster, generation: Math.random(), peer: config['node-ip'] }, 'reset');
}

const address = String(config['node-ip']).split(',')[0];
const startEtcd = (through) => etcd.start(join(db, 'etcd'), address, through).catch((error) => fail(error.message));

async function server() {
  let through;
  if (!existsSync(join(db, 'etcd/member/wal'))) {
    if (config.server) {
      const wanted = /^K10([0-9a-f]{64})::/.exec(readFileSync(config['token-file'], 'utf8'))?.[1];
      const ca = await get(`${config.server}/cacerts`).catch((error) => fail(error.message));
      if (wanted && createHash('sha256').update(ca).digest('hex') !== wanted) fail('token CA hash does not match');
      const text = await get(`${config.server}/stand-in`).catch((error) => fail(error.message));
      const joined = JSON.parse(text);
      through = joined.address;
      store(joined, `joined ${config.server}`);
    } else store(newCluster(), config['cluster-init'] ? 'bootstrapped' : 'bootstrapped with SQLite');
  }
  if (etcd.isPresent()) await startEtcd(through);
  if (verb === 'replicated') await catchUp(JSON.parse(readFileSync(clusterFile, 'utf8')));
  const cluster = JSON.parse(readFileSync(clusterFile, 'utf8'));
  checkToken(cluster);
  mkdirSync(join(db, 'snapshots'), { recursive: true });
  cpSync(clusterFile, join(db, 'snapshots/on-demand'));
  const answers = {
    '/cacerts': () => cluster.ca,
    '/readyz': () => 'ok',
    '/stand-in': () => JSON.stringify({ ...JSON.parse(readFileSync(clusterFile, 'utf8')), address }),
  };
  const listener = https.createServer({ key: cluster.key, cert: cluster.ca }, async (request, response) => {
    const isUp = request.url === '/cacerts' || !etcd.isPresent() || (await etcd.isHealthy());
    const answer = isUp ? answers[request.url]?.() : undefined;
    response.statusCode = answer === undefined ? 401 : 200;
    response.end(answer);
  });
  if (!etcd.isPresent()) net.createServer((socket) => socket.destroy()).listen(2380);
  listener.listen(config['https-listen-port'] ?? 6443);
}

if (verb === 'save') cpSync(clusterFile, join(db, 'snapshots', value));
else if (verb === 'write') change(({ values }) => ({ values: [...values, value] }));
else if (verb === 'rotate') change(() => ({ bootstrap: bootstrapKey(value) }));
else if (args.some((arg) => arg.startsWith('--cluster-reset'))) reset();
else server();
