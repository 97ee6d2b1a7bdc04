import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Timeline } from '../timeline';

const HTTP_PORT = 8080;
const SMTP_PORT = 2525;

/** A ntfy server and a mail server on an address of this process. */
export class Receivers {
  /** Titles and subjects of the messages, in the order of their arrival. */
  readonly phone: string[] = [];
  readonly mail: string[] = [];
  /** Accepts connections and never answers. */
  hangs = false;
  private readonly sockets = new Set<Socket>();
  private readonly http: HttpServer;
  private readonly smtp: Server;

  constructor(
    private readonly host: string,
    private readonly token: string,
    private readonly timeline: Timeline,
  ) {
    this.http = createHttpServer((request, response) => {
      if (this.hangs) return;
      const allowed = request.headers.authorization === `Bearer ${this.token}`;
      request.resume().once('end', () => {
        if (allowed) this.add(this.phone, String(request.headers['title']));
        response.writeHead(allowed ? 200 : 401).end();
      });
    });
    this.smtp = createServer((socket) => {
      if (!this.hangs) this.converse(socket);
    });
    for (const server of [this.http, this.smtp]) {
      server.on('connection', (socket: Socket) => {
        this.sockets.add(socket);
        socket.once('error', () => undefined).once('close', () => this.sockets.delete(socket));
      });
    }
  }

  /** As `Network.join` takes it. */
  get address(): string {
    return `${this.host}/24`;
  }

  /** The host must have its address. */
  async start(): Promise<void> {
    await listening(this.http, HTTP_PORT, this.host);
    await listening(this.smtp, SMTP_PORT, this.host);
  }

  stop(): void {
    this.http.close();
    this.smtp.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /** The part of SMTP that a client without login uses: RFC 5321. */
  private converse(socket: Socket): void {
    let data: string | undefined;
    let rest = '';
    const reply = (text: string) => socket.write(`${text}\r\n`);
    reply('220 drill');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (data !== undefined && line !== '.') data += `${line}\n`;
        else if (data !== undefined) {
          this.add(this.mail, /^Subject: (.*)$/m.exec(data)?.[1] ?? 'without subject');
          data = undefined;
          reply('250 stored');
        } else if (line === 'DATA') {
          data = '';
          reply('354 go on');
        } else reply(line === 'QUIT' ? '221 bye' : '250 ok');
      }
    });
  }

  private add(messages: string[], title: string): void {
    messages.push(title);
    this.timeline.log('receiver', title);
  }
}

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
