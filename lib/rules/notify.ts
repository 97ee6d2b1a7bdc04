import { subject } from './subject';

const RULES = {
  'receiver-url': {
    cause: 'The URL of a receiver is not of its type',
    cure: 'Use http or https; for mail smtp or smtps',
  },
  'receiver-incomplete': {
    cause: 'A mail without `from` or `to`, or with a token and no `user`; a Gotify server without a token',
  },
  'receiver-twice': { cause: 'Two receivers have the same name' },
} as const;

/** Messages about power failures can be sent. */
export const notify = subject(RULES, ({ power: { notify: receivers = [] } }, report) => {
  for (const [i, { name, type, url, token, user, from, to }] of receivers.entries()) {
    const path = ['power', 'notify', i] as const;
    const schemes = type === 'mail' ? 'smtp or smtps' : 'http or https';
    if (typeof url === 'string' && !schemes.split(' or ').includes(url.split(':', 1)[0] ?? '')) {
      report(
        'receiver-url',
        [...path, 'url'],
        `"${url}" is no URL for ${type}`,
        `use a URL that begins with ${schemes}`,
      );
    }
    const missing = [
      ...(type === 'mail' && !from ? ['from'] : []),
      ...(type === 'mail' && !to ? ['to'] : []),
      ...(type === 'mail' && token && !user ? ['user'] : []),
      ...(type === 'gotify' && !token ? ['token: { secret: true }'] : []),
    ];
    if (missing.length > 0) {
      report(
        'receiver-incomplete',
        path,
        `receiver "${name}" of type ${type} is incomplete`,
        `add ${missing.join(' and ')}`,
      );
    }
    if (receivers.findIndex((other) => other.name === name) !== i) {
      report('receiver-twice', [...path, 'name'], `two receivers have the name "${name}"`, 'give each its own name');
    }
  }
});
