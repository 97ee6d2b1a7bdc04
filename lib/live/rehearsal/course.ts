import { type Cluster, primary, type Ups } from '../../cluster';
import { type PowerPlan, powerPlan } from '../../power';

/** What was seen at one time. */
export interface Observation {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** ups.status; undefined if it could not be read. */
  readonly status: string | undefined;
  /** The hosts that answered; undefined if this computer has no network. */
  readonly answering: ReadonlySet<string> | undefined;
  /** Whether the person has reported the cut of the output. @default false */
  readonly cut?: boolean;
}

/** What a rehearsal expects of a host. */
export interface ExpectedHost {
  readonly name: string;
  readonly address: string;
  /** Seconds after the shutdown begins until it is off; undefined if another UPS or `power.armed: false` keeps it on. */
  readonly offWithinSeconds: number | undefined;
}

/** What a rehearsal expects. */
export interface Expected {
  readonly ups: string;
  readonly armed: boolean;
  readonly hosts: readonly ExpectedHost[];
  /** Seconds after the shutdown begins until the UPS cuts its output at the earliest. */
  readonly cutSeconds: number;
}

/** The times of an event by its name, in milliseconds since 1970. */
type Times<Name extends string> = Readonly<Partial<Record<Name, number>>>;

/** What has happened so far. */
export interface Course {
  readonly ups: Times<'onBattery' | 'low' | 'declared' | 'cut' | 'onLine'>;
  readonly hosts: Readonly<Record<string, Times<'silent' | 'off' | 'back'>>>;
  /** Whether this computer was without network at some time, so that times may be missing or late. */
  readonly blind: boolean;
}

export const NOTHING_YET: Course = { ups: {}, hosts: {}, blind: false };

/** A host is off when it has not answered for so long; its time is the first silence. Milliseconds. */
const SILENCE_MS = 3000;

/** What the plan expects when the plug of a UPS is pulled. Pure. */
export function expectedOf(cluster: Cluster, ups: Ups, plan: PowerPlan = powerPlan(cluster)): Expected {
  const upsPlan = plan.upses.find((one) => one.ups.name === ups.name);
  return {
    ups: ups.name,
    armed: cluster.power.armed,
    cutSeconds: upsPlan?.offDelaySeconds ?? 0,
    hosts: [
      ...(upsPlan?.nodes ?? []).map(({ node, downSeconds }) => {
        const others = node.ups.filter(({ name }) => name !== ups.name);
        const left = others.reduce((sum, { powerValue }) => sum + powerValue, 0);
        const powersOff = cluster.power.armed && left < node.minSupplies;
        return {
          name: node.name,
          address: primary(node.address).text,
          offWithinSeconds: powersOff ? downSeconds : undefined,
        };
      }),
      // power.armed does not concern them: they power off by themselves at low battery
      ...(cluster.power.armed ? ups.clients : []).map(({ name, address }) => ({
        name,
        address: address.text,
        offWithinSeconds: upsPlan?.clients.find((client) => client.name === name)?.downSeconds,
      })),
    ],
  };
}

/** The course after one more observation. Pure. */
export function advanced(course: Course, expected: Expected, seen: Observation): Course {
  const { answering, at } = seen;
  const hosts = expected.hosts.map(({ name }) => {
    const before = course.hosts[name] ?? {};
    return [name, answering ? afterAnswer(before, answering.has(name), at) : before] as const;
  });
  return {
    ups: upsAfter(course.ups, expected, seen),
    hosts: Object.fromEntries(hosts),
    blind: course.blind || answering === undefined,
  };
}

function upsAfter(before: Course['ups'], { armed }: Expected, { at, status, cut }: Observation): Course['ups'] {
  const words = status?.split(' ') ?? [];
  const [onBattery, low, fsd] = [
    words.includes('OB'),
    words.includes('LB') && words.includes('OB'),
    words.includes('FSD'),
  ];
  const isOnLine = words.includes('OL') && !fsd && before.onBattery !== undefined;
  const first = (name: keyof Course['ups'], now: boolean) =>
    before[name] === undefined && now ? { [name]: at } : undefined;
  return {
    ...before,
    ...first('onBattery', onBattery || fsd),
    ...first('low', low),
    // a shutdown begins at FSD or at low battery
    ...first('declared', fsd || (low && armed)),
    ...first('cut', cut === true),
    ...first('onLine', isOnLine),
  };
}

/** Once it is back, silence is a reboot or a fault, which doctor shows. */
function afterAnswer(host: Times<'silent' | 'off' | 'back'>, answers: boolean, at: number) {
  const { silent, off, back } = host;
  if (back !== undefined) return host;
  if (answers) return off === undefined ? {} : { ...host, back: at };
  if (silent === undefined) return { ...host, silent: at };
  return off === undefined && at - silent >= SILENCE_MS ? { ...host, off: silent } : host;
}

/** The hosts that have to power off. */
const goingOff = ({ hosts }: Expected): readonly ExpectedHost[] =>
  hosts.filter(({ offWithinSeconds }) => offWithinSeconds !== undefined);

export const allOff = (course: Course, expected: Expected): boolean =>
  goingOff(expected).every(({ name }) => course.hosts[name]?.off !== undefined);

/** Whether the outage is over: mains power is back, and so is every host. */
export const isOver = (course: Course, expected: Expected): boolean =>
  course.ups.onLine !== undefined &&
  // after a shutdown that no one saw the hosts do not count
  (goingOff(expected).every(({ name }) => course.hosts[name]?.back !== undefined) || course.blind || !shutDown(course));

/** Whether the shutdown began: a short outage ends without it. */
export const shutDown = (course: Course): boolean =>
  course.ups.declared !== undefined || Object.values(course.hosts).some(({ off }) => off !== undefined);
