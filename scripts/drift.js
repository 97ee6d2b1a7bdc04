// Synthesizes the shipped site and compares it with the committed files. Exit status: 0 equal, 1 different.
const { execFileSync, spawnSync } = require('node:child_process');

const args = ['build/main.js', 'synth', '--cluster', 'cluster.yaml', '--out', 'build/drift'];
execFileSync(process.execPath, args, { stdio: 'inherit' });
const drifted = ['dist', 'hosts'].filter((folder) => {
  const { status } = spawnSync('diff', ['-rq', folder, `build/drift/${folder}`], { stdio: 'inherit' });
  return status !== 0;
});
if (drifted.length > 0)
  console.error(`${drifted.join(' and ')} differ from cluster.yaml; run npm run synth and commit`);
process.exitCode = drifted.length > 0 ? 1 : 0;
