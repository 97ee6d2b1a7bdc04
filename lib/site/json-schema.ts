import { clusterJsonSchema } from './check';

/** The text of cluster.schema.json, which editors read to complete and check cluster.yaml while it is written. */
export function clusterSchemaText(): string {
  const { $schema, ...schema } = clusterJsonSchema();
  const document = {
    $schema,
    title: 'cluster.yaml',
    description:
      'One bare-metal k3s site: its network, machines, virtual IP, load balancer addresses and UPSes. `npm run synth` checks more than a schema can say.',
    ...schema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
