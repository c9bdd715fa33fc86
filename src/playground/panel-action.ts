/** A choice that an action of the panel needs. */
export interface Parameter {
  readonly name: string;
  readonly label: string;
  readonly options: readonly string[];
}

/** Something that the panel can do. */
export interface Action {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly description: string;
  readonly params: readonly Parameter[];
  readonly run: (params: Readonly<Record<string, string>>) => Promise<string> | string;
}
