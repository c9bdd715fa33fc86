import type { createCatalog } from './catalog/catalog.ts';
import type { Round } from './doors/rounds.ts';
import { systemClock } from './doors/time.ts';
import type { createGitops } from './gitops/gitops.ts';
import { checkGeneration } from './ledger/generation.ts';
import type { createLedger } from './ledger/ledger.ts';
import type { createAlerts } from './notify/alerts.ts';
import { createReviewReminders } from './notify/review-reminders.ts';
import type { Lane } from './vocabulary/change.ts';

interface Watched {
  readonly lanes: Readonly<Record<string, Lane>>;
  readonly gitops: ReturnType<typeof createGitops>;
  readonly catalog: ReturnType<typeof createCatalog>;
  readonly alerts: ReturnType<typeof createAlerts>;
  readonly ledger: ReturnType<typeof createLedger>;
  readonly clockSkew: () => Promise<string | null>;
  readonly refreshed: () => void;
  /** Whether this replica speaks for all. */
  readonly leads: () => boolean;
}

/** What is looked at again and again, because nobody tells: the branches, sluice.yaml, and whether the record is whole. */
export function watch({ lanes, gitops, catalog, alerts, ledger, clockSkew, refreshed, leads }: Watched): Round[] {
  const all = Object.values(lanes);
  const fetchAll = async () => {
    for (const lane of all) {
      const before = gitops.head(lane);
      const fetched = await gitops.fetch(lane);
      if (fetched.kind === 'fetched' && fetched.rewound !== undefined) await alerts.laneRewound(lane, fetched.rewound);
      if (fetched.kind === 'fetched' && fetched.head !== before) refreshed();
    }
    const file = await catalog.refresh({ fetch: false });
    // Of two replicas of which one cannot reach Git, one would take back what the other says.
    if (leads()) await alerts.policyFile(file);
  };
  const generation = () =>
    checkGeneration({
      ...ledger,
      remoteHasReleases: async () => (await Promise.all(all.map((lane) => gitops.hasReleases(lane)))).includes(true),
      alert: alerts.recordLost,
    });
  const remindOfReviews = createReviewReminders({ ...ledger, environment: catalog.environment, clock: systemClock });
  const remind = async () => {
    if (!leads()) return;
    await ledger.askAboutHolds(systemClock.now());
    await remindOfReviews();
  };
  // Of two machines with different clocks, one would take back what the other says.
  const tellSkew = async () => (leads() ? alerts.clockSkewed(await clockSkew()) : undefined);
  return [
    { name: 'branches', everyMs: 5_000, run: fetchAll },
    { name: 'record', everyMs: 2_000, run: generation },
    { name: 'clock', everyMs: 10_000, run: tellSkew },
    { name: 'reminders', everyMs: 5_000, run: remind },
    { name: 'registries', everyMs: 5_000, run: async () => (leads() ? catalog.readRegistries() : undefined) },
  ];
}
