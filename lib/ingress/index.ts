export { K3sTraefik, type K3sTraefikProps } from './traefik';
