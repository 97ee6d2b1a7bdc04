import { CORE, DEFINITIONS, failed, MERGE, NAMESPACES, THINGS } from './contract-objects';
import type { Exchange } from './exchange';

/** At the end of the contract: lists and deletions. */
export const REMOVED: readonly Exchange[] = [
  {
    title: 'a merge patch adds a label',
    send: `PATCH ${CORE}/configmaps/settings`,
    type: MERGE,
    body: { metadata: { labels: { 'example.org/site': 'home' } } },
    status: 200,
  },
  {
    title: 'a list has the objects with a label, and no others',
    send: `GET ${CORE}/configmaps?labelSelector=example.org%2Fsite%3Dhome`,
    status: 200,
    facts: { kind: 'ConfigMapList', items: /^(?!.*"name":"applied").*"name":"settings"/ },
  },
  {
    title: 'an object is deleted',
    send: `DELETE ${CORE}/configmaps/settings`,
    status: 200,
    facts: { kind: 'Status', status: 'Success' },
  },
  {
    title: 'an object that was deleted is not found',
    send: `DELETE ${CORE}/configmaps/settings`,
    ...failed(404, 'NotFound', /^configmaps "settings" not found$/),
  },
  { title: 'a definition is deleted', send: `DELETE ${DEFINITIONS}/things.example.org`, status: 200 },
  { title: 'its kind is then not served', send: `GET ${THINGS}`, eventually: true, status: 404 },
  { title: 'a namespace is deleted', send: `DELETE ${NAMESPACES}/contract`, status: 200 },
  {
    title: 'what was in it is then deleted too',
    send: `GET ${CORE}/configmaps/applied`,
    eventually: true,
    ...failed(404, 'NotFound', /^configmaps "applied" not found$/),
  },
];
