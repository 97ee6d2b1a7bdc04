/** A section of the runbook. */
export interface RunbookSection {
  readonly title: string;
  /** Markdown: paragraphs, tables, lists and blocks of commands. */
  readonly paragraphs: readonly string[];
}
