// api-stand-in NAME FOLDER PORT: an HTTPS server like the API server of k3s. A client with a certificate of FOLDER/ca.crt gets NAME, any
// other client 401.
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
