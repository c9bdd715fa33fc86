import { expect, test } from 'vitest';
import { Retryable } from '../../src/doors/errors.ts';
import { ledPorts } from '../../src/notify/led.ts';
import { aClock } from '../support/builders.ts';
import { aRecord } from './fake-record.ts';

test('whoever lost the lead while it stood still says nothing more, and notes nothing over what the other has noted', async () => {
  const record = aRecord(aClock());
  let leads = true;
  const ports = ledPorts({ ...record.ports, term: () => (leads ? 0 : null) });
  const body = { text: 'web is running', blocks: [] };
  expect((await ports.post('#releases-dev', body)).kind).toBe('sent');
  await ports.setCursor('release/1', 'here');
  leads = false;
  expect(await ports.post('#releases-dev', body)).toMatchObject({ kind: 'later' });
  expect(await ports.update({ channel: 'C', ts: '1' }, body)).toMatchObject({ kind: 'later' });
  expect(await ports.whisper({ channel: 'C' }, 'UANA', body)).toMatchObject({ kind: 'later' });
  await expect(ports.setCursor('release/1', 'elsewhere')).rejects.toThrow(Retryable);
  expect(record.said).toHaveLength(1);
  expect(record.cursors.get('release/1')).toBe('here');
});
