import { writeFileSync } from 'node:fs';
import { clusterSchemaText } from '../lib/site/json-schema';

writeFileSync('cluster.schema.json', clusterSchemaText());
