import type { EnvironmentName } from './repository.ts';

export interface PastRelease {
  readonly hoursAgo: number;
  readonly service: string;
  readonly environment: EnvironmentName;
  readonly version: string;
  readonly by: string;
  readonly because?: string;
}

const day = 24;

/** How today came to be, oldest first: as if Sluice had run here for three weeks. */
export const history: readonly PastRelease[] = [
  { hoursAgo: 15 * day, service: 'web', environment: 'dev', version: '1.4.0', by: 'ana' },
  { hoursAgo: 15 * day - 2, service: 'web', environment: 'staging', version: '1.4.0', by: 'ana' },
  {
    hoursAgo: 14 * day,
    service: 'web',
    environment: 'production',
    version: '1.4.0',
    by: 'ana',
    because: 'the new checkout, still behind a flag',
  },
  { hoursAgo: 11 * day, service: 'api', environment: 'dev', version: '2.7.1', by: 'bo' },
  { hoursAgo: 11 * day - 1, service: 'api', environment: 'staging', version: '2.7.1', by: 'bo' },
  {
    hoursAgo: 10 * day,
    service: 'api',
    environment: 'production',
    version: '2.7.1',
    by: 'bo',
    because: 'connections pile up',
  },
  { hoursAgo: 7 * day, service: 'search', environment: 'dev', version: '3.1.0', by: 'bo' },
  { hoursAgo: 7 * day - 3, service: 'search', environment: 'staging', version: '3.1.0', by: 'bo' },
  { hoursAgo: 6 * day, service: 'search', environment: 'production', version: '3.1.0', by: 'bo' },
  { hoursAgo: 5 * day, service: 'web', environment: 'dev', version: '1.4.1', by: 'ana' },
  { hoursAgo: 4 * day, service: 'web', environment: 'staging', version: '1.4.1', by: 'ana' },
  { hoursAgo: 4 * day - 4, service: 'payments', environment: 'dev', version: '5.2.1', by: 'cy' },
  { hoursAgo: 2 * day, service: 'mail', environment: 'dev', version: '1.12.1', by: 'bo' },
  {
    hoursAgo: 1 * day,
    service: 'mail',
    environment: 'staging',
    version: '1.12.1',
    by: 'bo',
    because: 'names with angle brackets',
  },
];
