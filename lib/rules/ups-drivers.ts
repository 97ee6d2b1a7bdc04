import { type Cluster, error, type Path, type Problem, type Ups, warning } from '../cluster';
import { driverFacts, driversLike, hasHostAsPort, isDriverOfNut, RECKONED_OPTIONS } from '../power';
import { DRIVER_DELAY } from '../text';
import { hostAddress } from './ups-address';

/** What NUT's drivers take, and what this project knows of them. */
export const upsDrivers = (cluster: Cluster): Problem[] =>
  cluster.ups.flatMap((ups, u) =>
    ups.driver === undefined || ups.node === undefined
      ? []
      : [
          ...nameOf(ups.driver, ['ups', u, 'driver']),
          ...strandOf(ups, ups.driver, ['ups', u, 'driver']),
          ...portOf(ups, ups.driver, ['ups', u, 'port']),
          ...numbersOf(ups, ['ups', u, 'options']),
        ],
  );

/** An image may have drivers of its own, so this is no error. */
function nameOf(driver: string, path: Path): Problem[] {
  if (isDriverOfNut(driver)) return [];
  const like = driversLike(driver);
  const cure =
    like.length > 0
      ? `did you mean ${like.join(' or ')}? If not, see that images.nut has it`
      : 'use the one that https://networkupstools.org/stable-hcl.html has for this UPS, or see that images.nut has it';
  return [
    warning(
      'unknown-driver',
      path,
      `NUT has no driver ${JSON.stringify(driver)}, and an image without it serves no UPS`,
      cure,
    ),
  ];
}

function strandOf(ups: Ups, driver: string, path: Path): Problem[] {
  if (driverFacts(driver)) return [];
  return [
    warning(
      'strand',
      path,
      `it is not known whether ${driver} can cut the load of "${ups.name}" after a delay and restore it; if it cannot, machines that are down stay down when the mains return before the battery is empty`,
      'see that `upscmd -l` lists shutdown.return and `upsc` shows ups.delay.shutdown, or use another driver; hosts/RUNBOOK.md says how to test it',
    ),
  ];
}

function portOf(ups: Ups, driver: string, path: Path): Problem[] {
  if (!hasHostAsPort(driver) || hostAddress(ups.port) !== undefined) return [];
  return [
    error(
      'port-not-address',
      path,
      `${driver} reaches "${ups.name}" over the network, and its port ${JSON.stringify(ups.port)} is no address`,
      'give the IP address of the UPS, like 192.168.10.20 or http://192.168.10.20: names may not resolve while the mains are out',
    ),
  ];
}

/** usbhid-ups(8) and mge-shut(8): -1 leaves it to the UPS when to come back. */
const mayBeLeftOut = (ups: Ups, option: string): boolean =>
  option === 'ondelay' && ['usbhid-ups', 'mge-shut'].includes(ups.driver ?? '') && String(ups.options[option]) === '-1';

const numbersOf = (ups: Ups, path: Path): Problem[] =>
  RECKONED_OPTIONS.filter((option) => {
    const value = ups.options[option];
    return value !== undefined && !DRIVER_DELAY.test(String(value)) && !mayBeLeftOut(ups, option);
  }).map((option) =>
    error(
      'bad-delay',
      [...path, option],
      `${option} of "${ups.name}" is ${JSON.stringify(ups.options[option])}`,
      'give a whole number, as NUT reads it, or take it out',
    ),
  );
