/** TCP port on which k3s-ha of a server answers the other servers; next to those of etcd. */
export const K3S_HA_PORT = 2378;
