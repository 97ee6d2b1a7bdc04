import { writeFileSync } from 'node:fs';
import { handoverFigures } from './handover-simulation';

writeFileSync('lib/kube-vip/handover-figures.ts', handoverFigures());
