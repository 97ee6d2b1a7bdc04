import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Timeline } from '../timeline';

const HTTP_PORT = 8080;
const SMTP_PORT = 2525;

/** A server of ntfy (/ups), Gotify (/message) and a webhook (/hook), and a mail server, on an address of this process. */
export class Receivers {
  /** Titles and subjects of the messages in the order of their arrival: by the path of the URL, and `mail`. */
  readonly messages = new Map<string, string[]>(['ups', 'message', 'hook', 'mail'].map((kind) => [kind, []]));
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
      const { authorization, title, 'x-gotify-key': key } = request.headers;
      const kind = request.url?.slice(1) ?? '';
      const allowed = kind === 'message' ? key === this.token : authorization === `Bearer ${this.token}`;
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      request.once('end', () => {
        if (allowed) this.add(kind, String(title ?? (JSON.parse(body) as { readonly title?: string }).title));
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
          this.add('mail', /^Subject: (.*)$/m.exec(data)?.[1] ?? 'without subject');
          data = undefined;
          reply('250 stored');
        } else if (line === 'DATA') {
          data = '';
          reply('354 go on');
        } else reply(line === 'QUIT' ? '221 bye' : '250 ok');
      }
    });
  }

  /** How many messages have arrived. */
  get count(): number {
    return [...this.messages.values()].flat().length;
  }

  private add(kind: string, title: string): void {
    this.messages.get(kind)?.push(title);
    this.timeline.log('receiver', `${kind}: ${title}`);
  }
}

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
