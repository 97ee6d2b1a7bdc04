/** The image both roles run: Alpine 3.24 with NUT 2.8.3, for amd64, arm64 and arm; https://hub.docker.com/r/instantlinux/nut-upsd. */
export const NUT_IMAGE = 'docker.io/instantlinux/nut-upsd:2.8.3-r4';
/** https://github.com/DRuggeri/nut_exporter/releases */
export const NUT_EXPORTER_IMAGE = 'ghcr.io/druggeri/nut_exporter:3.2.5';
