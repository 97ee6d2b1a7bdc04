import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostFiles } from '../../lib/synth/hosts';
import { withAgent } from '../handbook/site-with-agent';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';
import { stubServers } from './k3s-ha-machine';

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  const { install, at } = stubServers(command);

  describe('an answer', () => {
    const rejected = /^HTTP\/1\.0 403 /;

    test('has the signature of the token over the nonce', () => {
      const [, said = '', signature] =
        /\r\n\r\n(.*) (\w{64})$/.exec(at(0).answers(at(0).question('ask', 'k3s-2'))) ?? [];
      expect(said).toMatch(/^k3s-1 none - - k3s-1 [0-9a-f]{32} \d+ -$/);
      expect(signature).toBe(at(0).sign(`answer ${'a'.repeat(32)} ${said}`));
    });

    test.each([
      ['another token', () => at(0).question('ask', 'k3s-2', '-', 'of-another-site')],
      ['a stranger', () => at(0).question('ask', 'k3s-9')],
      ['itself', () => at(0).question('ask', 'k3s-1')],
      ['a question for another server', () => at(1).question('ask', 'k3s-3')],
      ['an unknown verb', () => at(0).question('found', 'k3s-2')],
      ['nothing', () => ''],
      ['garbage', () => Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 256))],
      ['a line without an end', () => `GET /k3s-ha/${'a/'.repeat(100_000)}`],
      ['shell', () => 'GET /k3s-ha/ask/$(reboot)/*/`id`/-/ HTTP/1.1\r\n\r\n'],
    ])('to %s is a rejection', (_, bytes) => {
      expect(at(0).answers(bytes())).toMatch(rejected);
    });

    describe('to a request for a vote', () => {
      const vote = (from = 'k3s-2') => at(0).question('vote', from, at(0).read('run/boot')?.trim());
      beforeEach(() => at(0).run('status'));

      test('gives one for this boot', () => {
        expect(at(0).answers(vote())).toContain('k3s-1 none - k3s-2@');
        expect(at(0).answers(vote('k3s-3'))).toContain('k3s-1 none - k3s-2@');
      });

      test.each([
        ['of an earlier boot', () => [vote(), at(0).reboots()], / none - - /],
        ['while it has data', () => [vote(), at(0).hasData()], / data \w{64} - /],
        ['of a server that has data', () => [vote(), at(1).hasData()], / none - - /],
      ])('gives none %s', (_, prepare, says) => {
        const [request = ''] = prepare();
        expect(at(0).answers(`${request}`)).toMatch(says);
      });

      test('gives none to an agent', () => {
        install(site(withAgent));
        at(0).run('status');
        expect(at(0).answers(vote('worker'))).toContain('k3s-1 none - - ');
      });
    });
  });

  test('the service for OpenRC can be read by the shell, and its supervisor restarts the listener without limit', () => {
    const service = hostFiles(site()).get('server/k3s-ha.openrc') ?? '';
    const [program, ...rest] = command;
    const { status, stderr } = spawnSync(program, [...rest, '-n'], { input: service, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(service).toMatch(
      /^supervisor=supervise-daemon\ncommand=\/usr\/local\/sbin\/k3s-ha\ncommand_args=listen\n[\s\S]*\nrespawn_max=0$/m,
    );
  });

  test.each([
    ['Debian', '(use -ll with -e for persistent server)', '-ll'],
    ['Alpine', '-lk\tWith -e, provides persistent server', '-lk'],
  ])('the listener of busybox on %s answers more than once', (_, help, keep) => {
    at(0).stub('busybox', `[ "$2" = --help ] && echo "${help}" >&2 || echo "$*"\n`);
    expect(at(0).run('listen').line).toMatch(RegExp(`^nc ${keep} -p 2378 -e .*/k3s-ha answer$`));
  });

  test.each([
    ['Jefe', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    ['\x0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      '\xaa'.repeat(131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('the signature is HMAC-SHA256: RFC 4231, key %j', (key, text, expected) => {
    const [functions = ''] = (at(0).read('k3s-ha') ?? '').split('\ncase "$# $*"');
    at(0).write('k3s-ha', `${functions}\nread_token\nmac '${text}'\n`);
    writeFileSync(join(at(0).folder, 'config/token'), key, 'latin1');
    expect(spawnSync(join(at(0).folder, 'bin/k3s-ha'), { encoding: 'utf8' }).stdout.trim()).toBe(expected);
  });
});
