export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** Generation that the condition was set for; null where the controller does not say. */
  readonly generation: number | null;
  readonly at: string | null;
}

/** What every object of Kubernetes has. */
export interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  readonly observed: number | null;
  readonly deleting: boolean;
  readonly conditions: readonly Condition[];
}
