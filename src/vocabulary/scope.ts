/** What a line of `sluice.yaml` is limited to; a part that is left out limits nothing. Services and squads are two ways to name the same. */
export interface Limits {
  /** Names, or patterns of names: `*` stands for any characters, `?` for one. */
  readonly environments?: readonly string[] | undefined;
  /** The only one, of a line that acts in one environment. */
  readonly environment?: string | undefined;
  readonly services?: readonly string[] | undefined;
  readonly squads?: readonly string[] | undefined;
}

/** One service in one environment. */
export interface Where {
  readonly service: string;
  readonly environment: string;
}

/** The part of `sluice.yaml` that says which squad a service belongs to. */
export interface Squads {
  readonly services: { readonly named: Readonly<Record<string, { readonly squad?: string | undefined }>> };
}

/** Whether a line holds for a service in an environment. */
export function holdsFor(line: Limits, { service, environment }: Where, file: Squads): boolean {
  return holdsForEnvironment(line, environment) && holdsForService(line, service, file);
}

export function holdsForEnvironment({ environments, environment: only }: Limits, environment: string): boolean {
  if (only !== undefined) return only === environment;
  return environments === undefined || environments.some((pattern) => matchesName(pattern, environment));
}

export function holdsForService({ services, squads }: Limits, service: string, file: Squads): boolean {
  if (services === undefined && squads === undefined) return true;
  const squad = squadOf(file, service);
  return (
    (services ?? []).some((pattern) => matchesName(pattern, service)) ||
    (squad !== undefined && (squads ?? []).includes(squad))
  );
}

export function squadOf({ services }: Squads, service: string): string | undefined {
  return Object.hasOwn(services.named, service) ? services.named[service]?.squad : undefined;
}

/** Whom `sluice.yaml` names to ask about a service. */
export function ownersOf(
  {
    services,
  }: { readonly services: { readonly named: Readonly<Record<string, { readonly owners: readonly string[] }>> } },
  service: string,
): readonly string[] {
  return Object.hasOwn(services.named, service) ? (services.named[service]?.owners ?? []) : [];
}

/** Whether a name fits a pattern of `*` and `?`, in time linear in pattern times name, whatever the pattern. */
export function matchesName(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < name.length; ) {
    if (pattern[at] === '*') {
      star = at;
      resume = index;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      at = star + 1;
      resume += 1;
      index = resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
