export interface GenerationPorts {
  /** Whether Redis holds the marker that Sluice left in it. */
  readonly confirmed: () => Promise<boolean>;
  readonly confirm: (by: string) => Promise<void>;
  /** Whether any lane has releases of Sluice in its history; throws while that cannot be read. */
  readonly remoteHasReleases: () => Promise<boolean>;
  readonly alert: (lost: boolean) => Promise<void>;
}

/**
 * An empty Redis must never read as "no locks": where the marker is missing although the remote has releases of
 * Sluice, everything stays held and the channels are told. A first start marks the record by itself.
 */
export async function checkGeneration(ports: GenerationPorts): Promise<'confirmed' | 'lost'> {
  if (await ports.confirmed()) {
    await ports.alert(false);
    return 'confirmed';
  }
  if (await ports.remoteHasReleases()) {
    await ports.alert(true);
    return 'lost';
  }
  await ports.confirm('first start');
  return 'confirmed';
}
