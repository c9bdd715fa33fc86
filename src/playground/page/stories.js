// @ts-check
// Stories that the page plays against the real app, by `/?story=release`: what somebody types, clicks or breaks, step by step.

/**
 * A step is done by `as` in `channel`: a line typed, a button pressed by the beginning of its words on the newest message
 * that matches `on`, or an action of the panel. It has come to its end when a message is there that matches `until` and
 * was not, or looked otherwise, before.
 * @typedef {{ tell: string, as?: string, channel?: string, say?: string, click?: string, on?: RegExp, until?: RegExp,
 *   run?: { id: string, params: { [name: string]: string } } }} Step
 * @typedef {{ name: string, title: string, steps: readonly Step[] }} Story
 */

/** @param {string} service @returns {Step} */
const build = (service) => ({
  tell: `CI builds a new version of ${service}.`,
  run: { id: 'artifact', params: { service } },
});
const dev = { as: 'ana', channel: 'releases-dev' };
const production = { as: 'ana', channel: 'releases' };

/** @type {readonly Story[]} */
export const stories = [
  {
    name: 'release',
    title: 'A release to dev',
    steps: [
      build('web'),
      {
        ...dev,
        tell: 'Ana asks for it in dev. One message follows it from queued to healthy, in place.',
        say: '/release web dev main because the new checkout',
        until: /web \S+ is running in dev/,
      },
      {
        ...dev,
        tell: 'What runs there, each step from the commit to the pods. Only Ana sees the answer.',
        say: '/release status web dev',
        until: /web in dev/,
      },
    ],
  },
  {
    name: 'refusal',
    title: 'A refusal that helps',
    steps: [
      build('web'),
      {
        ...production,
        tell: 'Straight to production: every reason is named, and what comes next. Only Ana sees it.',
        say: '/release web production main',
        until: /Not released/,
      },
      {
        ...production,
        tell: 'Mistyped, and in the wrong order: the command that was meant is offered.',
        say: '/release prodution wbe',
        until: /Next:/,
      },
      {
        as: 'olu',
        channel: 'releases',
        tell: 'Olu is in Sales and may look at everything. Whom to ask for more is said, too.',
        say: '/release web dev main',
        until: /Not released/,
      },
    ],
  },
  {
    name: 'approval',
    title: 'Two people approve production',
    steps: [
      build('mail'),
      {
        as: 'ana',
        channel: 'releases-staging',
        tell: 'Production takes what was healthy in staging, so Ana brings it there first.',
        say: '/release mail dev,staging main',
        until: /mail \S+ is running in staging/,
      },
      {
        ...production,
        tell: 'She asks for production: two approvals are missing, and the group is called in the thread.',
        say: '/release mail production from staging because fewer mails',
        until: /asks mail/,
      },
      {
        ...production,
        tell: 'She may not approve what she asked for herself, and is told so privately.',
        click: 'Approve mail',
        on: /asks mail/,
        until: /your own|yourself/,
      },
      {
        as: 'bo',
        channel: 'releases',
        tell: 'Bo is of @platform and approves: one of two.',
        click: 'Approve mail',
        on: /asks mail/,
        until: /1 of 2 approved/,
      },
      {
        as: 'cy',
        channel: 'releases',
        tell: 'With the second approval it goes, to both clusters of production.',
        click: 'Approve mail',
        on: /asks mail/,
        until: /mail \S+ is running in production/,
      },
    ],
  },
  {
    name: 'crash',
    title: 'It crashes, and is rolled back',
    steps: [
      {
        tell: 'The next version of web will crash in dev.',
        run: { id: 'crash', params: { service: 'web', environment: 'dev' } },
      },
      build('web'),
      {
        ...dev,
        tell: 'Ana releases it. The message says what crashes, and what serves meanwhile.',
        say: '/release web dev main',
        until: /web \S+ failed on dev/,
      },
      {
        ...dev,
        tell: 'One click brings back what was healthy before, and leaves a lock with the reason.',
        click: 'Roll back',
        on: /web \S+ failed on dev/,
        until: /web \S+ is running in dev.*Rolled back by/s,
      },
      {
        ...dev,
        tell: 'The cause is found: she ends the lock.',
        say: '/release unlock web dev',
        until: /Unlocked|There is no lock/,
      },
    ],
  },
  {
    name: 'late',
    title: 'It fails long after',
    steps: [
      build('api'),
      {
        ...dev,
        tell: 'Ana releases api, and it runs.',
        say: '/release api dev main',
        until: /api \S+ is running in dev/,
      },
      {
        ...dev,
        tell: 'Later its pods crash. The same message says so, and she is called, however long ago she asked.',
        run: { id: 'crash-now', params: { service: 'api', environment: 'dev' } },
        until: /api \S+ failed on dev .* after it was healthy there/,
      },
      {
        ...dev,
        tell: 'It runs again by itself, and that is told, too.',
        run: { id: 'mend', params: { service: 'api', environment: 'dev' } },
        until: /api \S+ is running in dev/,
      },
    ],
  },
  {
    name: 'drift',
    title: 'Somebody edits a cluster by hand',
    steps: [
      {
        ...dev,
        tell: 'Somebody runs kubectl scale on mail in dev. Sluice names the field, the values and the client.',
        run: { id: 'scale', params: { service: 'mail', cluster: 'dev' } },
        until: /Deployment\/default\/mail/,
      },
      { ...dev, tell: 'All drift that is open or was lately.', say: '/release drift dev', until: /drift/i },
      {
        ...dev,
        tell: 'Flux corrects it within a minute, and the same message closes.',
        until: /Deployment\/default\/mail.*corrected by Flux/s,
      },
    ],
  },
];

/** @param {string | null} name */
export const storyNamed = (name) => stories.find((story) => story.name === name) ?? null;
