import { driversLike, isDriverOfNut } from '../../lib/power/driver-names';

test.each(['usbhid-ups', 'nutdrv_qx', 'snmp-ups', 'dummy-ups'])('%s is a driver of NUT', (name) => {
  expect(isDriverOfNut(name)).toBe(true);
});

test.each([
  ['two letters that are swapped', 'usbhid-usp', ['usbhid-ups']],
  ['another dash', 'nutdrv-qx', ['nutdrv_qx']],
  ['a missing dash', 'snmpups', ['snmp-ups']],
  ['a dash too many', 'usb-hid-ups', ['usbhid-ups']],
  ['a missing end', 'usbhid', ['usbhid-ups']],
  ['a missing end that several may have', 'blazer', ['blazer_ser', 'blazer_usb']],
])('%s is like what was meant: %s', (_, name, like) => {
  expect(driversLike(name)).toEqual(like);
});

test.each(['ours', 'apc', 'nut', 'x'])('%s is like no driver of NUT', (name) => {
  expect(driversLike(name)).toEqual([]);
});
