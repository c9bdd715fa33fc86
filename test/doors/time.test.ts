import { expect, test } from 'vitest';
import { instantOf, readMomentMs } from '../../src/doors/time.ts';

const noon = Date.UTC(2026, 10, 24, 12);

test.each([
  ['16:00', 'Europe/Copenhagen', '2026-11-24T15:00:00.000Z'],
  ['9:00', 'Europe/Copenhagen', '2026-11-25T08:00:00.000Z'],
  ['12:00', 'UTC', '2026-11-25T12:00:00.000Z'],
  ['2026-12-24', 'UTC', '2026-12-24T00:00:00.000Z'],
  ['2026-12-24 9:00', 'America/New_York', '2026-12-24T14:00:00.000Z'],
  ['2026-03-29 02:30', 'Europe/Copenhagen', '2026-03-29T01:30:00.000Z'],
  ['25:00', 'UTC', null],
  ['2026-02-30', 'UTC', null],
  ['lunch', 'UTC', null],
  ['16:00', 'Nowhere/Else', null],
])('%s in %s is %s', (text, timeZone, expected) => {
  const moment = readMomentMs(text, noon, timeZone);
  expect(moment === null ? null : instantOf(moment)).toBe(expected);
});
