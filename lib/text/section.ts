/** One heading of the runbook with what a person needs to know and do. */
export interface RunbookSection {
  readonly title: string;
  /** Markdown: paragraphs, tables, lists and blocks of commands. */
  readonly paragraphs: readonly string[];
}
