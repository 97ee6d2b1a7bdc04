// web-prober URL FILE: asks every 100 ms by a new connection, whatever became of the questions before, and adds a line for each to
// FILE: when it was asked, when it was answered or given up, and who answered or a dash: `1700000000000 1700000000007 k3s-1`. It waits
// longer than a machine with much to do takes for an answer. Each connection has a port of its own: the kernel remembers for 2 minutes
// where it sent one that nobody answered, and sends another one with the same port there too.
const { appendFileSync } = require('node:fs');
const http = require('node:http');

const [url, file] = process.argv.slice(2);
const PATIENCE_MS = 3000;
/** Below the ports that the kernel gives to other programs. */
let localPort = 10_000;

function ask() {
  const askedAt = Date.now();
  let said = false;
  const say = (who) => {
    if (said) return;
    said = true;
    appendFileSync(file, `${askedAt} ${Date.now()} ${who}\n`);
    request.destroy();
  };
  const request = http.get(url, { agent: false, timeout: PATIENCE_MS, localPort: localPort++ }, (response) => {
    response.setEncoding('utf8');
    response.once('data', (text) => say(text.trim()));
  });
  request.once('error', () => say('-'));
  request.once('timeout', () => say('-'));
  setTimeout(say, PATIENCE_MS, '-').unref();
}
setInterval(ask, 100);
