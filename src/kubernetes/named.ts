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

/** Who wrote a field, by the name of the client; people are not in the objects. */
export interface FieldOwner {
  readonly manager: string;
  readonly at: string | null;
}

/** What tells Flux to leave an object, or a part of its work, alone; `by` is null where Git says so. */
export interface OptOut {
  readonly field: string;
  readonly value: string;
  readonly by: FieldOwner | null;
}

/** What of Flux can be paused. */
export interface Suspendable {
  readonly suspended: boolean;
  readonly suspendedBy: FieldOwner | null;
}
