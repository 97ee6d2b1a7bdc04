import { ApiObject, type App, Chart } from 'cdk8s';
import type { Files } from '../files';
import { yamlText } from '../text';
import { asStored } from './stored';

/**
 * The files of `app.synth()`, one per chart, without writing them: after an error the old files stay. Values
 * that an API server does not store are left out. Its time is linear in the
 * number of charts; that of `app.synth()` is quadratic.
 *
 * @throws Error with every failed validation and the path of its construct
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
        return [
          `${chart.node.id}.k8s.yaml`,
          objects.map((object) => yamlText(asStored(object.toJson()))).join('---\n'),
        ];
      }),
  );
}
