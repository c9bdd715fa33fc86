import { pause } from '../../../src/doors/time.ts';
import { type Api, applyPatch, pathOf } from '../api.ts';
import { siteDefinition } from '../scenarios/operators.ts';

/** Makes the kind that a scenario needs known, and returns what takes it away again. */
export async function defineSite(api: Api): Promise<() => Promise<void>> {
  const path = pathOf('CustomResourceDefinition', '', siteDefinition.metadata.name);
  const body = { type: applyPatch, text: JSON.stringify(siteDefinition) };
  await api.must('PATCH', `${path}?fieldManager=sluice-test&force=true`, body);
  while ((await api.call('GET', pathOf('Site', ''))).status !== 200) await pause(100);
  return async () => void (await api.call('DELETE', path));
}
