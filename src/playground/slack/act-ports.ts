import type { Company } from './company.ts';
import type { InstalledApp } from './manifest.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Store } from './store.ts';
import type { Transport } from './transport.ts';
import type { Triggers } from './triggers.ts';

/** What a command or a click of somebody in the workspace goes through on its way to the app and back. */
export interface ActPorts {
  readonly company: Company;
  readonly installed: InstalledApp;
  readonly store: Store;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly transport: Transport;
  readonly verificationToken: string;
}
