import { type Cluster, type Fix, type Path, type Problem, problemFrom, type Rules } from '../cluster';

/** Reports a problem of one of these rules. */
export type Report<Table extends Rules> = (
  rule: keyof Table & string,
  path: Path,
  message: string,
  cure: string,
  fixes?: readonly Fix[],
) => void;

/** Rules about one subject and the check that reports them. */
export interface Subject {
  readonly rules: Rules;
  /** Returns every problem of a well-formed site. Pure. */
  readonly check: (cluster: Cluster) => Problem[];
}

/** A subject from the table of its rules and a check that may report these rules only. */
export const subject = <Table extends Rules>(
  rules: Table,
  check: (cluster: Cluster, report: Report<Table>) => void,
): Subject => ({
  rules,
  check(cluster) {
    const problems: Problem[] = [];
    const problem = problemFrom<keyof Table & string>(rules);
    check(cluster, (...stated) => problems.push(problem(...stated)));
    return problems;
  },
});
