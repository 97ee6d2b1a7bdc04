import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Host, primary } from '../cluster';
import { withFile } from '../files';
import { OFFLINE_FOLDER } from '../machines';
import { lastLine, overSsh, type SshOptions } from './ssh';

/** A file for hosts without internet access. */
export interface OfflineFile {
  /** On this computer. */
  readonly file: string;
  readonly sha256: string;
  /** Path that it is copied to. */
  readonly target: string;
  /** Path on a host that needs no copy. */
  readonly installed: string;
}

/** k3s reads images from here: https://docs.k3s.io/installation/airgap */
const IMAGES = '/var/lib/rancher/k3s/agent/images';
/** Seconds for a file of some hundred MB over a slow link. */
export const COPY_SECONDS = 3600;

/**
 * The k3s binary, and from its folder the installer and images. The checksums of the release are beside them: sha256sum-ARCH.txt from the
 * release page, install.sh.sha256sum from the sources of the release.
 *
 * @throws Error for a file that is in none of them; FileError for one that cannot be read
 */
export function offlineFiles(binary: string): OfflineFile[] {
  const folder = dirname(binary);
  const names = withFile(folder, () => readdirSync(folder));
  const known = names
    .filter((name) => /^(sha256sum-.*\.txt|install\.sh\.sha256sum)$/.test(name))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/^[0-9a-f]{64}\b/gm) ?? []);
  const checked = (name: string, target: string, installed = target): OfflineFile => {
    const file = join(folder, name);
    const sha256 = sha256Of(file);
    if (known.includes(sha256)) return { file, sha256, target, installed };
    throw new Error(
      `${file}: no checksum beside it has this file; put sha256sum-ARCH.txt, install.sh and install.sh.sha256sum of its release into ${folder}`,
    );
  };
  return [
    ...names
      .filter((name) => /^k3s-airgap-images-.*\.tar/.test(name))
      .map((name) => checked(name, `${IMAGES}/${name}`)),
    checked('install.sh', `${OFFLINE_FOLDER}/install.sh`),
    checked(basename(binary), `${OFFLINE_FOLDER}/k3s`, '/usr/local/bin/k3s'),
  ];
}

/** Copies the files to a host, except those that it has. @throws Error if one cannot be copied */
export function sendOffline(
  node: Host,
  files: readonly OfflineFile[],
  ssh: SshOptions,
  say: (line: string) => void,
): void {
  for (const { file, sha256, target, installed } of files) {
    const has = overSsh(node, `sh -c 'echo "${sha256}  ${installed}" | sha256sum -c >/dev/null 2>&1'`, 120, ssh);
    if (!('problem' in has) && has.status === 0) continue;
    copyTo(node, { file, sha256, target }, ssh);
    say(`${node.name}: ${target} copied`);
  }
}

/** Copies a file to a host, readable for root only, and checks what has arrived. @throws Error if it cannot be copied */
export function copyTo(node: Host, { file, sha256, target }: Omit<OfflineFile, 'installed'>, ssh: SshOptions): void {
  const check = `echo "${sha256}  ${target}.new" | sha256sum -c >/dev/null`;
  const script = `mkdir -p ${dirname(target)} && umask 077 && cat >${target}.new && ${check} && mv -f ${target}.new ${target}`;
  const ran = overSsh(node, `sh -c '${script}'`, COPY_SECONDS, ssh, {
    input: withFile(file, () => readFileSync(file)),
  });
  if (!('problem' in ran) && ran.status === 0) return;
  const said = 'problem' in ran ? ran.problem : lastLine(ran.stderr);
  throw new Error(
    `${node.name} (${primary(node.address).text}): cannot copy ${file} (${said}); check its disk, and run this again`,
  );
}

/** The SHA-256 of a file. @throws FileError if it cannot be read */
export const sha256Of = (file: string): string =>
  createHash('sha256')
    .update(withFile(file, () => readFileSync(file)))
    .digest('hex');
