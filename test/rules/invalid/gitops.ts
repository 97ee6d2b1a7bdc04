import type { InvalidSite } from '../../support/site-input';

const withPassword = (url: string): InvalidSite => ({
  says: `${url} is refused and not shown`,
  changes: { gitops: { engine: 'flux', url } },
  problems: [
    'error gitops.url: gitops-url-password: the URL has a password or token, and this file and gitops/ are committed to Git; remove it, and give the credentials to Flux or Argo CD (docs/gitops.md)',
  ],
});
const malformed = (key: string, value: string, rule: string, advice: string): InvalidSite => ({
  says: `${value} is refused as gitops.${key}`,
  changes: { gitops: { engine: 'flux', url: 'https://git.example.com/you/site', [key]: value } },
  problems: [`error gitops.${key}: ${rule}: "${value}" is not valid here; ${advice}`],
});
const URLS = 'use https://HOST/PATH or ssh://git@HOST/PATH';
const PATHS = 'use a path such as clusters/home, without / at its ends and without . and .. as parts';

/** A row for each way to break a rule: the controller that applies dist/ from Git. */
export const gitops: readonly InvalidSite[] = [
  ...['https://you:1234@h/x', 'https://t0ken@h/x', 'https://you:12/34@h/x', 'ssh://git:1234@h/x'].map(withPassword),
  malformed('url', 'git@h:you/site', 'bad-url', URLS),
  malformed('url', 'https://h', 'bad-url', URLS),
  malformed('branch', '-f', 'bad-name', 'use the name of a branch, such as main'),
  malformed('path', '/a', 'bad-path', PATHS),
  malformed('path', 'a/../b', 'bad-path', PATHS),
  {
    says: 'Argo CD without the URL of the repository is refused',
    changes: { gitops: 'argocd' },
    problems: ['error gitops: gitops-url: Argo CD reads the repository by gitops.url, which is not set; set it'],
  },
  {
    says: 'a branch without a URL is refused',
    changes: { gitops: { engine: 'flux', branch: 'live' } },
    problems: [
      'error gitops.branch: gitops-url: without gitops.url, Flux reads the branch of `flux bootstrap`; set gitops.url, or remove the branch',
    ],
  },
  {
    says: 'SOPS with Argo CD is refused',
    changes: { gitops: { engine: 'argocd', url: 'ssh://git@h:2222/x', secrets: 'sops' } },
    problems: [
      'error gitops.secrets: gitops-argocd-sops: Argo CD does not decrypt SOPS files; use sealed or external, or apply the Secrets with kubectl',
    ],
  },
];
