import { relative, resolve, sep } from 'node:path';
import type { Finding } from '../cluster';

/**
 * Problems in the Static Analysis Results Interchange Format 2.1.0, with paths relative to the current folder, as GitHub code scanning
 * wants them: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 *
 * @param version version of this program
 */
export function sarif(findings: readonly Finding[], version: string): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'power-safe-k3s',
            version,
            rules: [...new Set(findings.map(({ rule }) => rule))].map((id) => ({ id })),
          },
        },
        results: findings.map(resultOf),
      },
    ],
  };
}

const resultOf = ({ file, position, severity, rule, message, cure }: Finding): object => ({
  ruleId: rule,
  level: severity,
  message: { text: `${message}; ${cure}` },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: encodeURI(relative('', resolve(file)).split(sep).join('/')) },
        ...(position && { region: { startLine: position.line, startColumn: position.column } }),
      },
    },
  ],
});
