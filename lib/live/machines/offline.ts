import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Host, primary } from '../../cluster';
import { withFile } from '../../files';
import { OFFLINE_FOLDER } from '../../machines';
import { lastLine, overSsh, type SshOptions } from '../ssh';

/** A file for hosts without internet access. */
export interface OfflineFile {
  /** On this computer. */
  readonly file: string;
  readonly sha256: string;
  /** Path that it is copied to. */
  readonly target: string;
  /** A host where the file at this path has this checksum needs no copy. */
  readonly unless: { readonly path: string; readonly sha256: string };
}

/** k3s reads images from here: https://docs.k3s.io/installation/airgap */
const IMAGES = '/var/lib/rancher/k3s/agent/images';
const ARCHIVE = /\.(tar(\.(gz|bz2|lz4|zst))?|tgz|tzst)$/;
/** Seconds for a file of some hundred MB over a slow link. */
export const COPY_SECONDS = 3600;

/**
 * The k3s binary, and from its folder the installer, the images of k3s for its architecture, and all other archives of images. Their
 * checksums are beside them: sha256sum-ARCH.txt from the release page, install.sh.sha256sum from the sources of the release, and
 * sha256sum-NAME.txt for other images.
 *
 * @throws Error for a file that is in none of them; FileError for one that cannot be read
 */
export function offlineFiles(binary: string): OfflineFile[] {
  const folder = dirname(binary);
  const names = withFile(folder, () => readdirSync(folder));
  const lists = names
    .filter((name) => /^(sha256sum-.*\.txt|install\.sh\.sha256sum)$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const checked = (name: string) => {
    const file = join(folder, name);
    const sha256 = sha256Of(file);
    const list = lists.find(({ text }) => text.includes(sha256))?.name;
    if (list !== undefined) return { file, sha256, list };
    throw new Error(
      `${file}: no checksum beside it has this file; put sha256sum-ARCH.txt, install.sh and install.sh.sha256sum of its release into ${folder}, and sha256sum-NAME.txt for other images`,
    );
  };
  const { file, sha256, list } = checked(basename(binary));
  const unless = { path: '/usr/local/bin/k3s', sha256 };
  const ownImages = `k3s-airgap-images-${/^sha256sum-(.*)\.txt$/.exec(list)?.[1]}.`;
  const isImages = (name: string): boolean =>
    ARCHIVE.test(name) && (!name.startsWith('k3s-airgap-images-') || name.startsWith(ownImages));
  return [
    ...names
      .filter(isImages)
      .map(checked)
      .map((image) => ({ ...image, target: `${IMAGES}/${basename(image.file)}` }))
      .map((image) => ({ ...image, unless: { path: image.target, sha256: image.sha256 } })),
    { ...checked('install.sh'), target: `${OFFLINE_FOLDER}/install.sh`, unless },
    { file, sha256, target: `${OFFLINE_FOLDER}/k3s`, unless },
  ];
}

/** Copies the files to a host, except those that it has. @throws Error if one cannot be copied */
export function sendOffline(
  node: Host,
  files: readonly OfflineFile[],
  ssh: SshOptions,
  say: (line: string) => void,
): void {
  for (const { file, target, unless } of files) {
    const has = overSsh(
      node,
      `sh -c 'echo "${unless.sha256}  ${unless.path}" | sha256sum -c >/dev/null 2>&1'`,
      120,
      ssh,
    );
    if (!('problem' in has) && has.status === 0) continue;
    copyTo(node, file, target, ssh);
    say(`${node.name}: ${target} copied`);
  }
}

/** Copies a file to a host, readable for root only, and checks what has arrived. @throws Error if it cannot be copied */
export function copyTo(node: Host, file: string, target: string, ssh: SshOptions): void {
  const check = `echo "${sha256Of(file)}  ${target}.new" | sha256sum -c >/dev/null`;
  const script = `mkdir -p ${dirname(target)} && umask 077 && cat >${target}.new && ${check} && mv -f ${target}.new ${target}`;
  const ran = overSsh(node, `sh -c '${script}'`, COPY_SECONDS, ssh, { input: readFileSync(file) });
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
