import { ApiObject, type App, Chart, Yaml } from 'cdk8s';
import type { Files } from '../files';
import { asStored } from './stored';

/**
 * The texts that `app.synth()` would write with a file for each chart, without touching the disk, so that a site with an error
 * leaves what is there as it is, and without the values that an API server would not store. Linear in the number of charts, where `app.synth()` is quadratic.
 *
 * Throws an Error with every failed validation, each with the path of its construct.
 */
export function synthesize(app: App): Files {
  const problems = app.node
    .findAll()
    .flatMap((construct) => construct.node.validate().map((message) => `[${construct.node.path}] ${message}`));
  if (problems.length > 0) throw new Error(problems.join('\n'));

  return new Map(
    app.node
      .findAll()
      .filter((construct) => Chart.isChart(construct))
      .map((chart) => {
        const objects = chart.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
        return [`${chart.node.id}.k8s.yaml`, Yaml.stringify(...objects.map((object) => asStored(object.toJson())))];
      }),
  );
}
