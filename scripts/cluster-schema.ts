import { writeFileSync } from 'node:fs';
import { clusterSchemaText } from '../lib/cluster/json-schema';

writeFileSync('cluster.schema.json', clusterSchemaText());
