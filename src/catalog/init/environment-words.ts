/** What folders of environments are called, from where things are tried to where they run; one row for one step. */
const steps: readonly (readonly string[])[] = [
  ['dev', 'develop', 'development', 'sandbox', 'preview'],
  ['test', 'testing', 'qa', 'int', 'integration'],
  ['staging', 'stage', 'uat', 'preprod', 'acceptance', 'perf', 'demo'],
  ['production', 'prod', 'live'],
];

/** How far on the way to production a name is; null where it says nothing of it. */
export function stepOf(name: string): number | null {
  const step = steps.findIndex((words) => words.includes(name));
  return step === -1 ? null : step;
}

/** The environment in the name of a cluster: `prod` of `prod-eu-1`; null where it names none. */
export function wordIn(cluster: string): string | null {
  return cluster.split(/[-_.]/).find((word) => stepOf(word) !== null) ?? null;
}

/** Two words for one step of which one is used already: `prod` of a cluster is `production` where folders are called so. */
export function sameStep(word: string, used: readonly string[]): string {
  const words = steps.find((each) => each.includes(word)) ?? [];
  return used.find((name) => words.includes(name)) ?? word;
}
