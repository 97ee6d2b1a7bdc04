import * as z from 'zod';
import * as format from './formats';

const settings = z.strictObject({
  engine: z.enum(['flux', 'argocd']).describe('flux or argocd.'),
  url: format.gitUrl
    .optional()
    .describe(
      'Git repository that has dist/ and gitops/, https:// or ssh://. Default: for flux the repository of `flux bootstrap`; argocd needs it.',
    ),
  branch: format.branch.optional().describe('Branch of url. Default: main.'),
  path: format.relativePath
    .optional()
    .describe('Folder of the repository that has dist/ and gitops/. Default: its root.'),
  secrets: z
    .enum(['sops', 'sealed', 'external'])
    .optional()
    .describe(
      'What secrets/ has: files of `secret nut --age`, `--sealed` or `--external-secret`. Default: none, Secrets are applied with kubectl.',
    ),
});

/** The controller that applies dist/ from Git; its name stands for its defaults. */
export const gitops = z
  .union([settings.shape.engine, settings])
  .transform((value) => (typeof value === 'string' ? settings.parse({ engine: value }) : value));
