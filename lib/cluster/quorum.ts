/** How many of `servers` etcd members must be up for the cluster to answer: a majority. */
export const quorumOf = (servers: number): number => Math.floor(servers / 2) + 1;

/** How many of `servers` may be down at once. Measured with real etcd for 1 to 7: 0 0 1 1 2 2 3. */
export const mayLose = (servers: number): number => servers - quorumOf(servers);
