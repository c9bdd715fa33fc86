/** Slack in stories has no limits of rate, so that nobody waits for them; `test/notify` keeps them. */
export const channelEveryMs = 50;
