// api-stand-in NAME FOLDER PORT: TLS like an API server. Whoever shows a client certificate of FOLDER/ca.crt is told NAME; anybody
// else gets 401, as from k3s.
const { readFileSync } = require('node:fs');
const https = require('node:https');
const { join } = require('node:path');

const [name, folder, port] = process.argv.slice(2);
const read = (file) => readFileSync(join(folder, file));
const options = { key: read('server.key'), cert: read('server.crt'), ca: read('ca.crt') };

https
  .createServer({ ...options, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const known = request.socket.authorized;
    response.writeHead(known ? 200 : 401, { 'content-type': known ? 'text/plain' : 'application/json' });
    response.end(known ? name : JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401 }));
  })
  .listen(Number(port));
