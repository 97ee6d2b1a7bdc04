import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { NutModel, Receiver } from '../../lib/nut/model';
import { notifyFiles } from '../../lib/nut/notify';
import { edited } from '../support/edited';
import { SHELLS } from '../support/shells';
import { until } from '../support/until';
import { BOOT, MODEL, PodScripts, UPTIME } from './pod-scripts';

jest.setTimeout(60_000);

const secret = { secret: true } as const;
const RECEIVERS: readonly Receiver[] = [
  { name: 'phone', type: 'ntfy', url: 'https://ntfy.home.arpa/ups', token: secret },
  { name: 'desk', type: 'gotify', url: 'https://gotify.home.arpa/', token: secret },
  { name: 'hook', type: 'webhook', url: secret },
  {
    name: 'post',
    type: 'mail',
    url: 'smtp://mail.home.arpa:587',
    token: secret,
    user: 'ups',
    from: 'ups@home.arpa',
    to: ['a@home.arpa', 'b@home.arpa'],
  },
];
const to = (receivers: readonly Receiver[]): NutModel => ({ ...MODEL, notify: { site: 'home', receivers } });
const WITH = to(RECEIVERS);

describe('the files of nut-notify', () => {
  test('have no secret, and one sender of each UPS: the node with its cable', () => {
    expect(notifyFiles(WITH, { site: 'home', receivers: RECEIVERS.slice(2) })).toEqual({
      site: 'home\n',
      receivers:
        'hook webhook secret - - - -\npost mail smtp://mail.home.arpa:587 secret ups ups@home.arpa a@home.arpa,b@home.arpa\n',
      'srv1.upses': 'ups1@127.0.0.1:3493 sender\n',
      'srv2.upses': 'ups1@10.0.0.1:3493 second\n',
    });
  });

  test('have the first fed node as sender of a UPS that a host outside the cluster serves', () => {
    const served = [{ name: 'ups1', host: '10.0.0.9', port: 3493, user: 'monuser' }];
    const files = notifyFiles({ ...WITH, cabled: [], served }, { site: 'home', receivers: [] });
    expect([files['srv1.upses'], files['srv2.upses']]).toEqual(['ups1@10.0.0.9:3493 sender\n', '']);
  });
});

describe.each(SHELLS)('under $shell', ({ command }) => {
  let pod: PodScripts;
  const start = (model: NutModel = WITH, node = 'srv1') => {
    pod = new PodScripts(command, model, node, 'notify');
    // stands for curl: keeps its configuration and the body, or refuses
    writeFileSync(
      pod.path('bin/curl'),
      `#!/bin/sh\n[ ! -e "$UPSES/away" ] || { echo 'curl: (7) no route' >&2; exit 7; }\nname=$(echo ${pod.path('var/run/nut')}/body.*)\n{ echo "args $*"; cat; echo; echo body; cat $name; echo; } >>"$UPSES/sent"\n`,
      { mode: 0o755 },
    );
  };
  afterEach(() => pod.remove());
  const queued = (receiver: string): string[] => {
    const folder = pod.path(`queue/${receiver}`);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .sort()
      .map((name) => readFileSync(`${folder}/${name}`, 'utf8').split('\n').slice(1, 3).join('|'));
  };
  const change = (script: string, from: string, to: string) => {
    const path = pod.path(`scripts/${script}`);
    writeFileSync(path, edited(readFileSync(path, 'utf8'), from, to));
  };

  describe('message.sh', () => {
    test('queues a message for each receiver, as one line that needs no quoting', () => {
      start();
      expect(pod.run('message.sh', ['ups1: on battery', 'a "b" \\ c\nd \u00e9']).status).toBe(0);
      expect(RECEIVERS.map(({ name }) => queued(name))).toEqual(RECEIVERS.map(() => ["ups1: on battery|a 'b' ' c d "]));
    });

    test('drops the oldest of more than 50', () => {
      start(to(RECEIVERS.slice(0, 1)));
      change('message.sh', '-gt 50', '-gt 2');
      for (const title of ['a', 'b', 'c']) pod.run('message.sh', [title, 'text']);
      expect(queued('phone').map((line) => line[0])).toEqual(['b', 'c']);
    });

    test('says that the disk cannot be written', () => {
      start();
      pod.write('queue/phone', 'a file in place of the folder');
      const { status, stdout } = pod.run('message.sh', ['title', 'text']);
      expect([status, stdout]).toEqual([
        1,
        'notify: cannot store a message for phone; check whether the disk of srv1 is full or read-only\n',
      ]);
      expect(queued('desk')).toEqual(['title|text']);
    });
  });

  describe('send.sh', () => {
    const SECRETS = {
      'phone-token': 'tk_1',
      'desk-token': 'ab.c',
      'hook-url': 'https://hook.home.arpa/x?k=1',
      'post-token': 'pa$s',
    };
    /** What curl was given for a message to this receiver. */
    const sent = async (receiver: string): Promise<string> => {
      start();
      for (const [key, value] of Object.entries(SECRETS)) pod.write(`secret/notify-${key}`, `${value}\n`);
      pod.run('message.sh', ['ups1: on battery', 'srv1: text']);
      pod.background('send.sh', receiver);
      await until('curl has it', () => queued(receiver).length === 0);
      return pod.asked('sent').join('\n');
    };

    test.each([
      [
        'phone',
        [
          'url = "https://ntfy.home.arpa/ups"',
          'header = "Title: home: ups1: on battery"',
          'header = "Authorization: Bearer tk_1"',
          'srv1: text',
        ],
      ],
      [
        'desk',
        [
          'url = "https://gotify.home.arpa/message"',
          'header = "X-Gotify-Key: ab.c"',
          '{"title":"home: ups1: on battery","message":"srv1: text (',
        ],
      ],
      [
        'hook',
        [
          'url = "https://hook.home.arpa/x?k=1"',
          '{"site":"home","node":"srv1","title":"home: ups1: on battery","text":"srv1: text","at":"',
        ],
      ],
      [
        'post',
        [
          'url = "smtp://mail.home.arpa:587"',
          'user = "ups:pa$s"',
          'ssl-reqd',
          'mail-from = "ups@home.arpa"',
          'mail-rcpt = "a@home.arpa"',
          'mail-rcpt = "b@home.arpa"',
          'Subject: home: ups1: on battery',
        ],
      ],
    ])('gives curl what %s needs, and no secret as argument', async (receiver, parts) => {
      const text = await sent(receiver);
      for (const part of parts) expect(text).toContain(part);
      const [args = ''] = text.split('\n');
      for (const value of Object.values(SECRETS)) expect(args).not.toContain(value);
    });

    test('keeps the messages of a receiver that does not answer, and sends them in their order', async () => {
      start(to([{ name: 'hook', type: 'webhook', url: 'http://hook.home.arpa' }]));
      pod.write('ups/away', '');
      change('send.sh', 'FIRST_PAUSE=15', 'FIRST_PAUSE=0');
      for (const title of ['one', 'two']) pod.run('message.sh', [title, 'text']);
      pod.background('send.sh', 'hook');
      await until('it tries', () => readdirSync(pod.path('var/run/nut')).some((name) => name.startsWith('remark.')));
      expect(queued('hook')).toHaveLength(2);
      pod.common('rm "$UPSES/away"');
      await until('all are sent', () => queued('hook').length === 0);
      expect(
        pod
          .asked('sent')
          .join('\n')
          .match(/"title":"home: \w+/g),
      ).toEqual(['"title":"home: one', '"title":"home: two']);
    });

    test('names a key that the Secret lacks, and keeps the message', async () => {
      start(to([{ name: 'hook', type: 'webhook', url: secret }]));
      pod.run('message.sh', ['title', 'text']);
      const child = pod.background('send.sh', 'hook');
      let log = '';
      child.stderr?.on('data', (bytes) => {
        log += bytes;
      });
      await until('it says so', () => log.includes('\n'));
      expect(log).toBe('notify: the Secret has no key notify-hook-url; create it with npm run secret:nut\n');
      expect(queued('hook')).toEqual(['title|text']);
    });

    test('drops a message after two days', async () => {
      start(to([{ name: 'hook', type: 'webhook', url: 'http://hook.home.arpa' }]));
      pod.run('message.sh', ['old', 'text']);
      const folder = pod.path('queue/hook');
      const [name = ''] = readdirSync(folder);
      writeFileSync(`${folder}/${name}`, `${Math.floor(Date.now() / 1000) - 172_801}\nold\ntext\n`);
      pod.background('send.sh', 'hook');
      await until('it is gone', () => queued('hook').length === 0);
      expect(pod.asked('sent')).toEqual([]);
    });
  });

  describe('notifier.sh', () => {
    /** Runs it for a few polls with each status, and returns the titles of the messages. */
    const titles = async (model: NutModel, node: string, ...steps: readonly (() => void)[]): Promise<string[]> => {
      start(model, node);
      change('notifier.sh', '/scripts/send.sh "$receiver" &'.replace('/scripts', pod.path('scripts')), 'sleep 60 &');
      change('notifier.sh', 'sleep "$POLL" &', 'echo look >>"$UPSES/looks"; sleep 0.05 &');
      pod.ups('ups1', 'ups.status', 'OL');
      preflight('ready');
      const child = pod.background('notifier.sh');
      for (const step of [() => undefined, ...steps]) {
        step();
        const looks = pod.asked('looks').length;
        await until('it has looked again', () => pod.asked('looks').length >= looks + 3);
      }
      child.kill('SIGTERM');
      return queued('phone').map((line) => line.split('|')[0] ?? '');
    };
    const ONE = to(RECEIVERS.slice(0, 1));
    const status = (text: string | undefined) => () => pod.ups('ups1', 'ups.status', text);
    const preflight = (text: string, at = UPTIME) => pod.write('killpower/preflight', `${at}\n${text}\n`);
    const later = (seconds: number) => () => {
      pod.write('proc/uptime', `${UPTIME + seconds}.5 0.0\n`);
    };

    test('reports each event of an outage once, in its order', async () => {
      const course = ['OB', 'OB DISCHRG', 'OB LB', 'FSD OB LB', 'OL CHRG', 'OL'].map(status);
      expect(await titles(ONE, 'srv1', ...course)).toEqual([
        'ups1: on battery',
        'ups1: low battery',
        'ups1: shutdown declared',
        'ups1: on line',
      ]);
    });

    test('reports "on line" after a power-off in between', async () => {
      start(ONE);
      await titles(ONE, 'srv1', status('FSD OB LB'));
      pod.ups('ups1', 'ups.status', 'OL');
      const looks = pod.asked('looks').length;
      const child = pod.background('notifier.sh');
      await until('it has looked', () => pod.asked('looks').length >= looks + 2);
      child.kill('SIGTERM');
      expect(queued('phone').at(-1)).toContain('ups1: on line|srv1: ups1 reports');
    });

    test.each(['OL', 'OB LB CAL', 'WAIT', 'OL OFF'])('reports nothing at "%s"', async (text) => {
      expect(await titles(ONE, 'srv1', status(text))).toEqual([]);
    });

    test('reports missing hosts and what preflight says, after five minutes', async () => {
      const text = 'srv2 (10.0.0.2) is not logged in to ups1; check it\nkillpowerd is not running on srv1; start it';
      const failing = (seconds: number) => () => {
        later(seconds)();
        preflight(text, UPTIME + seconds);
      };
      const ready = () => preflight('a remark\nready', UPTIME + 300);
      expect(await titles(ONE, 'srv1', failing(0), failing(299))).toEqual([]);
      pod.remove();
      expect(await titles(ONE, 'srv1', failing(0), failing(300), ready)).toEqual([
        'srv1: srv2 is missing',
        'srv1: not ready for a power failure',
        'srv1: ready for a power failure again',
      ]);
    });

    test('reports a preflight without result and a UPS without data, after five minutes', async () => {
      // a gap before does not count
      const before = [status(undefined), status('OL')];
      const steps = [...before, later(290), status(undefined), later(310), later(590), later(610)];
      expect((await titles(ONE, 'srv1', ...steps.slice(0, 5))).filter((title) => title.startsWith('ups1'))).toEqual([]);
      pod.remove();
      expect((await titles(ONE, 'srv1', ...steps)).sort()).toEqual([
        'srv1: not ready for a power failure',
        'ups1: no data',
      ]);
    });

    test.each([
      ['a sender has exited; restarting all', 'send.sh "$receiver" &', 'ready.sh >&2 &'],
      ['the image has no curl', 'command -v curl', 'false'],
    ])('ends with "%s"', (said, from, to) => {
      start(ONE);
      change('notifier.sh', from, to);
      preflight('ready');
      expect(pod.run('notifier.sh')).toMatchObject({ status: 1, stdout: expect.stringContaining(said) });
    });
  });

  test('second.sh keeps the result of preflight for nut-notify', async () => {
    start(MODEL);
    pod.write('killpower/heartbeat', `${BOOT} ${UPTIME} ${MODEL.killpowerdHash}\n`);
    const child = pod.background('second.sh');
    await until('it is there', () => existsSync(pod.path('killpower/preflight')));
    child.kill('SIGTERM');
    expect(readFileSync(pod.path('killpower/preflight'), 'utf8')).toMatch(/^1000\nno data from ups1@/);
  });
});
