/**
 * Whether an address is Slack's: where the API is configured to be, or by one of Slack's own names over TLS. A `response_url`
 * and the place of a file come in from outside, and what goes there is for Slack alone.
 */
export function isSlackAddress(address: string, apiUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, origin, port } = new URL(address);
  if (origin !== 'null' && origin === new URL(apiUrl).origin) return true;
  // Slack, and Slack for government.
  return protocol === 'https:' && port === '' && /(^|\.)slack(-gov)?\.com$/.test(hostname);
}
