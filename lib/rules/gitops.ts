import { subject } from './subject';

const RULES = {
  'gitops-url': { cause: 'Argo CD needs the URL of the repository, and a branch needs one' },
  'gitops-url-password': { cause: 'The URL of the repository has a password or token' },
  'gitops-argocd-sops': { cause: 'Argo CD does not decrypt SOPS files' },
} as const;

/** The user of ssh is a name; that of https may be a token. */
const WITHOUT_PASSWORD = /^(?:https?:\/\/|ssh:\/\/(?:[\w-]+@)?)[^@]*$/;

/** What the settings of one controller need. */
export const gitops = subject(RULES, ({ gitops: settings }, report) => {
  if (!settings) return;
  const { engine, url, branch, secrets } = settings;
  if (url === undefined && engine === 'argocd') {
    report('gitops-url', ['gitops'], 'Argo CD reads the repository by gitops.url, which is not set', 'set it');
  } else if (url === undefined && branch !== undefined) {
    const cure = 'set gitops.url, or remove the branch';
    report('gitops-url', ['gitops', 'branch'], 'without gitops.url, Flux reads the branch of `flux bootstrap`', cure);
  }
  if (url !== undefined && !WITHOUT_PASSWORD.test(url)) {
    report(
      'gitops-url-password',
      ['gitops', 'url'],
      'the URL has a password or token, and this file and gitops/ are committed to Git',
      'remove it, and give the credentials to Flux or Argo CD (docs/gitops.md)',
    );
  }
  if (engine === 'argocd' && secrets === 'sops') {
    report(
      'gitops-argocd-sops',
      ['gitops', 'secrets'],
      'Argo CD does not decrypt SOPS files',
      'use sealed or external, or apply the Secrets with kubectl',
    );
  }
});
