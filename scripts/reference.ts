import { writeFileSync } from 'node:fs';
import { references } from '../lib/site/reference';

for (const [file, text] of Object.entries(references())) writeFileSync(file, text);
