const HID = ['usbhid-ups'];
const QX = ['nutdrv_qx', 'blazer_usb'];

/**
 * USB vendors of UPSes and the drivers of NUT for them: https://github.com/networkupstools/nut/blob/v2.8.0/scripts/udev/nut-usbups.rules.in.
 * Without vendors whose number other devices have too, such as HP, IBM, Belkin, Arduino and makers of USB chips.
 */
export const USB_VENDORS: Readonly<Record<string, readonly string[]>> = {
  '0001': QX,
  '0463': HID,
  '047c': HID,
  '051d': HID,
  '0592': ['bcmxcp_usb', ...HID],
  '05b8': QX,
  '0665': QX,
  '06da': [...HID, ...QX],
  '075d': HID,
  '0764': HID,
  '09ae': [...HID, 'tripplite_usb'],
  '0d9f': HID,
  '0f03': QX,
  '10af': HID,
  '14f0': QX,
  '1cb0': [...HID, ...QX],
  '2b2d': HID,
  '2e51': HID,
  '2e66': HID,
  '4234': HID,
  ffff: QX,
};
