// k3s-stand-in DATA: bootstraps, joins or continues as in the documentation and source of k3s, and serves /cacerts.
// Configuration as for k3s: K3S_CONFIG_FILE or /etc/rancher/k3s/config.yaml, then FILE.d/*.yaml; the last one takes precedence.
//   with etcd data         -> continues with it, whatever the configuration
//   else `server` is set   -> joins that server or exits with an error; with a token K10<hash>::server:<password> only if its CA matches
//   else `cluster-init`    -> bootstraps a new cluster
//   else                   -> bootstraps a new single-node cluster with SQLite
// Where /opt/etcd is, that is its etcd; elsewhere it only has the folders of one.
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

function newCluster() {
  mkdirSync(db, { recursive: true });
  const [key, ca] = [join(db, 'server-ca.key'), join(db, 'server-ca.crt')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const out = ['-keyout', key, '-out', ca, '-days', '2', '-subj', '/CN=k3s-server-ca'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...out], { stdio: 'ignore' });
  const id = Math.random().toString(36).slice(2, 10);
  return { id, key: readFileSync(key, 'utf8'), ca: readFileSync(ca, 'utf8') };
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
  const { key, ca, ...rest } = JSON.parse(readFileSync(path ?? clusterFile, 'utf8'));
  store({ ...rest, key, ca, peer: config['node-ip'] }, 'reset');
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
  const cluster = JSON.parse(readFileSync(clusterFile, 'utf8'));
  mkdirSync(join(db, 'snapshots'), { recursive: true });
  cpSync(clusterFile, join(db, 'snapshots/on-demand'));
  const answers = { '/cacerts': cluster.ca, '/readyz': 'ok', '/stand-in': JSON.stringify({ ...cluster, address }) };
  const listener = https.createServer({ key: cluster.key, cert: cluster.ca }, async (request, response) => {
    const isUp = request.url === '/cacerts' || !etcd.isPresent() || (await etcd.isHealthy());
    const answer = isUp ? answers[request.url] : undefined;
    response.statusCode = answer === undefined ? 401 : 200;
    response.end(answer);
  });
  if (!etcd.isPresent()) net.createServer((socket) => socket.destroy()).listen(2380);
  listener.listen(config['https-listen-port'] ?? 6443);
}

if (args.some((arg) => arg.startsWith('--cluster-reset'))) reset();
else server();
