import { SYSTEM_PATH } from '../processes';

export interface ContainerSpecProps {
  readonly hostname: string;
  /** Its root file system. */
  readonly root: string;
  /** The file with its boot ID; that of the kernel does not change when a container restarts. */
  readonly bootIdFile: string;
  /** Its control group, a path below the mount point. */
  readonly cgroup: string;
}

/** The default capabilities of container engines, plus the network of its namespace and the power-off of its PID namespace. */
const CAPABILITIES =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE NET_ADMIN NET_RAW SYS_CHROOT KILL AUDIT_WRITE SYS_BOOT'
    .split(' ')
    .map((name) => `CAP_${name}`);

const tmpfs = (destination: string, mode: string) => ({
  destination,
  type: 'tmpfs',
  source: 'tmpfs',
  options: ['nosuid', `mode=${mode}`],
});

/**
 * A container in which an init system runs as on a host: https://systemd.io/CONTAINER_INTERFACE.
 * It can change nothing of this host except its own control group; /proc/sysrq-trigger is read-only.
 */
export function containerSpec({ hostname, root, bootIdFile, cgroup }: ContainerSpecProps): object {
  return {
    ociVersion: '1.0.2',
    hostname,
    root: { path: root, readonly: false },
    process: {
      args: ['/sbin/init'],
      cwd: '/',
      user: { uid: 0, gid: 0 },
      env: [`PATH=${SYSTEM_PATH}`, 'container=oci'],
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      tmpfs('/dev', '755'),
      { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666', 'gid=5'] },
      tmpfs('/dev/shm', '1777'),
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
      { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev'] },
      tmpfs('/run', '755'),
      // required by Debian's systemd
      tmpfs('/run/lock', '1777'),
      tmpfs('/tmp', '1777'),
    ],
    // runc refuses a mount below /proc, but a hook may do it
    hooks: {
      createContainer: [
        {
          path: '/bin/sh',
          args: ['sh', '-c', 'mount --bind "$1" "$2"', 'sh', bootIdFile, `${root}/proc/sys/kernel/random/boot_id`],
          env: [`PATH=${SYSTEM_PATH}`],
        },
      ],
    },
    linux: {
      cgroupsPath: cgroup,
      namespaces: ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'].map((type) => ({ type })),
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      maskedPaths: ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}
