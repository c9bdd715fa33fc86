import type { WorkspaceSeed } from '../slack/seed.ts';

/** Who works at Acme, and what was said before anybody came. */
export const company = {
  team: { id: 'T0ACME', name: 'Acme', domain: 'acme' },
  app: { id: 'A0SLUICE', name: 'Sluice', botUserId: 'U0SLUICE' },
  users: [
    {
      id: 'UANA',
      name: 'ana',
      real_name: 'Ana Andersen',
      title: 'Developer, storefront',
      email: 'ana@acme.test',
      color: '2b6cb0',
    },
    { id: 'UBO', name: 'bo', real_name: 'Bo Berg', title: 'Platform engineer', email: 'bo@acme.test', color: '2f855a' },
    { id: 'UCY', name: 'cy', real_name: 'Cy Chen', title: 'Platform engineer', email: 'cy@acme.test', color: '9b2c2c' },
    { id: 'UMIA', name: 'mia', real_name: 'Mia Mørk', title: 'On call', email: 'mia@acme.test', color: '805ad5' },
    { id: 'UOLU', name: 'olu', real_name: 'Olu Okafor', title: 'Sales', email: 'olu@acme.test', color: 'b7791f' },
  ],
  usergroups: [
    { id: 'S0DEVELOPERS', handle: 'developers', name: 'Developers', users: ['UANA', 'UBO', 'UCY'] },
    { id: 'S0PLATFORM', handle: 'platform', name: 'Platform', users: ['UBO', 'UCY'] },
    { id: 'S0SECURITY', handle: 'security', name: 'Security', users: ['UCY', 'UMIA'] },
    { id: 'S0STOREFRONT', handle: 'storefront', name: 'Storefront', users: ['UANA'] },
  ],
  channels: [
    {
      id: 'C0GENERAL',
      name: 'general',
      topic: 'Everything else',
      messages: [
        { user: 'UOLU', text: 'Customers ask when the new checkout is live. Anybody knows?', minutesAgo: 95 },
        { user: 'UANA', text: 'web 1.4.2 has the fix. I will take it through dev and staging today.', minutesAgo: 92 },
        { user: 'UMIA', text: 'I am on call this week. Say so in #releases if anything looks odd.', minutesAgo: 40 },
      ],
    },
    {
      id: 'C0STORE',
      name: 'storefront',
      topic: 'The squad behind web. Ask the app in: /invite @sluice',
      members: ['UANA', 'UBO', 'UCY', 'UMIA', 'UOLU'],
      messages: [{ user: 'UANA', text: 'Stand-up at ten, as ever.', minutesAgo: 60 * 25 }],
    },
    { id: 'C0DEV', name: 'releases-dev', topic: 'What goes to dev' },
    { id: 'C0STAGING', name: 'releases-staging', topic: 'What goes to staging' },
    {
      id: 'C0PROD',
      name: 'releases',
      topic: 'Production: prod-eu and prod-us',
      messages: [
        {
          user: 'UBO',
          text: 'Two approvals from @platform or @storefront for anything that goes here, as agreed.',
          minutesAgo: 60 * 26,
        },
      ],
    },
  ],
} satisfies WorkspaceSeed;
