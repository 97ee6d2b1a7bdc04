// api-prober FOLDER HOST PORT: opens a new connection about every 50 ms and checks the certificate against FOLDER/ca.crt. Prints the time
// and the server that answered, or a dash: `1700000000000 k3s-1`.
const { readFileSync } = require('node:fs');
const https = require('node:https');
const { join } = require('node:path');

const [folder, host, port] = process.argv.slice(2);
const read = (file) => readFileSync(join(folder, file));
const options = { host, port, path: '/', agent: false, timeout: 400 };
const credentials = { ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key') };

function probe() {
  let said = false;
  const say = (who) => {
    if (said) return;
    said = true;
    process.stdout.write(`${Date.now()} ${who}\n`);
    request.destroy();
    setTimeout(probe, 50);
  };
  const request = https.get({ ...options, ...credentials }, (response) => {
    response.setEncoding('utf8');
    response.once('data', say);
  });
  request.once('timeout', () => say('-'));
  request.once('error', () => say('-'));
  setTimeout(say, 500, '-').unref();
}
probe();
