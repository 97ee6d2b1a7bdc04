// Synthesizes the shipped site beside the committed one and compares: exit 1 and the names when they differ.
const { execFileSync, spawnSync } = require('node:child_process');

const env = {
  ...process.env,
  CLUSTER: 'cluster.yaml',
  CDK8S_OUTDIR: 'build/drift/dist',
  HOSTS_OUTDIR: 'build/drift/hosts',
};
execFileSync(process.execPath, ['build/main.js'], { env, stdio: 'inherit' });
const drifted = ['dist', 'hosts'].filter((folder) => {
  const { status } = spawnSync('diff', ['-rq', folder, `build/drift/${folder}`], { stdio: 'inherit' });
  return status !== 0;
});
if (drifted.length > 0)
  console.error(`${drifted.join(' and ')} do not match cluster.yaml; run npm run synth and commit`);
process.exitCode = drifted.length > 0 ? 1 : 0;
