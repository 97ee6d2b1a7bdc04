import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, run, SYSTEM_PATH } from '../processes';
import { CACHE, program } from './programs';

const SUITE = 'bookworm';
// busybox brings nc, as the image of Alpine has it
const NUT_PACKAGES = ['nut-server', 'nut-client', 'procps', 'busybox'];
const MMDEBSTRAP_MS = 300_000;

/** Image of a pod's sandbox. */
export const PAUSE_IMAGE = 'localhost/pause:1';
/** Image of the web site behind a LoadBalancer address; it answers with the name of its node. */
export const WEB_IMAGE = 'localhost/web:1';

/** kube-vip's program, by the variable KUBE_VIP; its module is not published, so it cannot be built here. */
export const kubeVipProgram = (): string | undefined => process.env['KUBE_VIP'] || undefined;

interface Image {
  readonly name: string;
  /** Programs by their path in the image; undefined for Debian with NUT. */
  readonly programs: Readonly<Record<string, string>> | undefined;
  readonly entrypoint: readonly string[];
}

/** Under the names that dist/ uses. Without KUBE_VIP the pod of kube-vip is there and does nothing. */
const images = (): readonly Image[] => [
  { name: PAUSE_IMAGE, programs: { pause: program('pods', 'pause') }, entrypoint: ['/pause'] },
  { name: WEB_IMAGE, programs: { web: program('pods', 'web') }, entrypoint: ['/web'] },
  { name: 'docker.io/instantlinux/nut-upsd:2.8.3-r4', programs: undefined, entrypoint: [] },
  {
    name: 'ghcr.io/kube-vip/kube-vip:v1.2.3',
    programs: { 'kube-vip': kubeVipProgram() ?? program('pods', 'pause') },
    entrypoint: ['/kube-vip'],
  },
  {
    name: 'quay.io/metallb/controller:v0.16.1',
    programs: { controller: program('metallb', 'controller') },
    entrypoint: ['/controller'],
  },
  {
    name: 'quay.io/metallb/speaker:v0.16.1',
    programs: { speaker: program('metallb', 'speaker') },
    entrypoint: ['/speaker'],
  },
];

const archiveOf = ({ name, programs, entrypoint }: Image): string => {
  const hash = createHash('sha256').update([name, SUITE, ...NUT_PACKAGES, ...entrypoint].join(' '));
  for (const path of Object.values(programs ?? {})) hash.update(readFileSync(path));
  return join(CACHE, 'images', `${name.replace(/[^a-z0-9.]+/g, '-')}-${hash.digest('hex').slice(0, 12)}.tar`);
};

/** Archives that `ctr images import` takes. */
export const imageArchives = (): string[] => images().map(archiveOf);

/** The names that a node knows when the archives are imported. */
export const imageNames = (): string[] => images().map(({ name }) => name);

/** Makes the archives that are not in the cache yet: programs of buildPrograms, and Debian's NUT. The latter needs the network. */
export async function buildImages(): Promise<void> {
  mkdirSync(join(CACHE, 'images'), { recursive: true });
  for (const image of images()) if (!existsSync(archiveOf(image))) await build(image);
}

async function build(image: Image): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drill-image-'));
  try {
    const layer = join(folder, 'layer.tar');
    if (image.programs === undefined) await debian(layer);
    else await layerOf(image.programs, join(folder, 'root'), layer);
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: image.entrypoint, Env: [`PATH=${SYSTEM_PATH}`] },
      rootfs: {
        type: 'layers',
        diff_ids: [`sha256:${createHash('sha256').update(readFileSync(layer)).digest('hex')}`],
      },
      history: [{}],
    };
    const manifest = [{ Config: 'config.json', RepoTags: [image.name], Layers: ['layer.tar'] }];
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const archive = archiveOf(image);
    await command('tar', '-C', folder, '-cf', `${archive}.new`, 'config.json', 'manifest.json', 'layer.tar');
    renameSync(`${archive}.new`, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function layerOf(programs: Readonly<Record<string, string>>, root: string, layer: string): Promise<void> {
  // a place for temporary files, as distroless images have it
  mkdirSync(join(root, 'tmp'), { recursive: true, mode: 0o777 });
  for (const [path, source] of Object.entries(programs)) cpSync(source, join(root, path));
  await command('tar', '-C', root, '--owner=0', '--group=0', '-cf', layer, '.');
}

async function debian(layer: string): Promise<void> {
  console.log('building the image of NUT from Debian packages');
  const packages = `--include=${NUT_PACKAGES.join(',')}`;
  const { code, stderr } = await run(
    'mmdebstrap',
    ['--quiet', '--variant=minbase', packages, SUITE, layer],
    MMDEBSTRAP_MS,
  );
  if (code !== 0) throw new Error(`mmdebstrap cannot build Debian with NUT: ${stderr.trim()}`);
}
