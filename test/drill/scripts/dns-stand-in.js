// dns-stand-in NAME=ADDRESS,ADDRESS ...: a DNS server on 127.0.0.1 with A records of these names.
const { createSocket } = require('node:dgram');

const names = new Map(process.argv.slice(2).map((arg) => [arg.split('=')[0], arg.split('=')[1].split(',')]));
const server = createSocket('udp4');

server.on('message', (query, { address, port }) => {
  const labels = [];
  let at = 12;
  for (; query[at] > 0; at += query[at] + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
  const type = query.readUInt16BE(at + 1);
  const question = query.subarray(12, at + 5);
  const known = names.get(labels.join('.').toLowerCase());
  const answers = type === 1 && known ? known.map(record) : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  // an authoritative answer; NXDOMAIN for other names
  header.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  server.send(Buffer.concat([header, question, ...answers]), port, address);
});

/** An A record for the name of the question, with a TTL of 0. */
function record(address) {
  const bytes = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
  return Buffer.concat([bytes, Buffer.from(address.split('.').map(Number))]);
}

server.bind(53, '127.0.0.1');
