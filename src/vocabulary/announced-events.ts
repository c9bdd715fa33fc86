/** What is told outside of Slack. */
export const announcedEvents = [
  'release.written',
  'release.healthy',
  'release.failed',
  'drift.opened',
  'drift.ended',
] as const;
export type AnnouncedEvent = (typeof announcedEvents)[number];
