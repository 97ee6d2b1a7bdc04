import { parse } from 'yaml';
import { readCredentials } from '../../lib/machines/credentials';
import { k3sYaml, type Pair, withAuthority } from '../support/certificates';

const DAY = 24 * 60 * 60 * 1000;
const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY);
const onDay = (date: Date): string => date.toISOString().slice(0, 10);

let authority: Pair;
let client: Pair;
let otherClient: Pair;
beforeAll(() => {
  withAuthority(3650, (made) => {
    authority = made.pair;
    client = made.client(365);
    otherClient = made.client(365);
  });
});

describe('readCredentials', () => {
  const k3s = () => k3sYaml(authority.certificate, client);
  const problemsOf = (text: string, now = new Date()): readonly string[] => {
    const checked = readCredentials(text, now);
    return 'problems' in checked ? checked.problems : [];
  };
  const changed = (change: (config: ReturnType<typeof parse>) => void): string => {
    const config = parse(k3s());
    change(config);
    return JSON.stringify(config);
  };

  test('reads them from the file that k3s writes', () => {
    const checked = readCredentials(k3s(), new Date());
    expect(checked).toMatchObject({
      credentials: {
        certificateAuthority: authority.certificate,
        clientCertificate: client.certificate,
        clientKey: client.key,
      },
      warnings: [],
    });
    expect('validUntil' in checked && onDay(checked.validUntil)).toBe(onDay(daysFromNow(365)));
  });

  test('warns within 90 days of their expiry', () => {
    expect(readCredentials(k3s(), daysFromNow(300))).toMatchObject({
      warnings: [
        expect.stringMatching(
          /^the credentials expire in 6[45] days, on \d{4}-\d\d-\d\d; restart k3s on a server, which renews them,/,
        ),
      ],
    });
  });

  test('refuses a client certificate that has expired', () => {
    expect(problemsOf(k3s(), daysFromNow(400))).toEqual([
      `the client certificate has expired (valid from ${onDay(daysFromNow(0))} to ${onDay(daysFromNow(365))}, today is ${onDay(daysFromNow(400))}); restart k3s on a server ("systemctl restart k3s"), which renews it, and copy /etc/rancher/k3s/k3s.yaml from a server again`,
    ]);
  });

  test('refuses both certificates at once when both have expired', () => {
    expect(problemsOf(k3s(), daysFromNow(4000))).toEqual([
      expect.stringMatching(/^the certificate authority has expired \(.*\); .* "k3s certificate rotate-ca"/),
      expect.stringMatching(/^the client certificate has expired/),
    ]);
  });

  test('refuses certificates that are not valid yet', () => {
    expect(problemsOf(k3s(), daysFromNow(-2))).toEqual([
      expect.stringMatching(/^the certificate authority is not valid yet \(.*\); correct the clock/),
      expect.stringMatching(/^the client certificate is not valid yet/),
    ]);
  });

  test('accepts an expired authority beside one that replaces it', () => {
    const old = withAuthority(-1, ({ pair }) => pair.certificate);
    const both = [old, authority.certificate].map((one) => Buffer.from(one, 'base64').toString()).join('');
    expect(problemsOf(k3sYaml(Buffer.from(both).toString('base64'), client))).toEqual([]);
  });

  test('refuses a key of another certificate', () => {
    expect(problemsOf(k3sYaml(authority.certificate, { ...client, key: otherClient.key }))).toEqual([
      expect.stringMatching(/^client-key-data does not match client-certificate-data; copy /),
    ]);
  });

  test('names everything that is missing at once', () => {
    const text = changed((config) => {
      delete config.clusters[0].cluster['certificate-authority-data'];
      config.users[0].user = { 'client-certificate': '/root/client.crt' };
    });
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^it has no certificate-authority-data; copy /),
      expect.stringMatching(/^it has client-certificate, a path, and no client-certificate-data; .* --raw --flatten"/),
      expect.stringMatching(/^it has no client-key-data/),
    ]);
  });

  test('refuses malformed certificates and keys', () => {
    const nonsense = Buffer.from('nonsense').toString('base64');
    expect(problemsOf(k3sYaml(nonsense, { certificate: nonsense, key: nonsense }))).toEqual([
      expect.stringMatching(/^certificate-authority-data holds no certificate/),
      expect.stringMatching(/^client-certificate-data holds no certificate/),
      expect.stringMatching(/^client-key-data holds no private key/),
    ]);
  });

  test.each([
    ['nothing', '', /^it is not a kubeconfig/],
    ['a list', '- a', /^it is not a kubeconfig/],
    ['broken YAML', 'a: [', /^it is not YAML/],
    ['another kind of object', 'kind: Secret\napiVersion: v1', /^it is not a kubeconfig/],
    ['an empty kubeconfig', 'kind: Config\nclusters: null', /^it is not a kubeconfig with a cluster/],
  ])('refuses %s', (_, text, message) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(message)]);
  });

  test('uses the current context of several', () => {
    const text = changed((config) => {
      config.contexts.unshift({ name: 'other', context: { cluster: 'none', user: 'none' } });
    });
    expect(problemsOf(text)).toEqual([]);
  });

  test('refuses several contexts without a current one', () => {
    const text = changed((config) => {
      config.contexts.push({ name: 'other', context: { cluster: 'default', user: 'default' } });
      config['current-context'] = '';
    });
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^it has 2 contexts \(default, other\) and no current-context/),
    ]);
  });

  test('refuses a context without its cluster or user', () => {
    const text = changed((config) => {
      config.contexts[0].context.user = 'none';
    });
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^its context names a cluster or a user that it does not have/),
    ]);
  });

  test('never repeats a credential in a message', () => {
    const texts = [changed((config) => delete config.clusters), k3s().replace('kind: Config', 'kind: [')];
    const all = texts.flatMap((text) => problemsOf(text)).concat(problemsOf(k3s(), daysFromNow(4000)));
    expect(all.join('\n')).not.toMatch(/LS0tLS1|BEGIN/);
  });
});
