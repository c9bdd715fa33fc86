import { describe, expect, it } from 'vitest';
import { objectsAt } from '../../../src/playground/cluster/json.ts';
import { createStore } from '../../../src/playground/cluster/store.ts';

const manifest = (image: string, more: Record<string, number> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { team: 'a' } },
  spec: { ...more, template: { spec: { containers: [{ name: 'web', image }] } } },
});
const flux = 'kustomize-controller';
const owners = (object: Parameters<typeof objectsAt>[0], field: string) =>
  objectsAt(object, 'metadata', 'managedFields')
    .filter((entry) => JSON.stringify(entry['fieldsV1']).includes(`"f:${field}"`))
    .map((entry) => entry['manager']);

describe('createStore', () => {
  it('moves a field to whoever changes its value, and back to the applier', () => {
    const store = createStore(() => new Date(0));
    store.apply('Deployment', manifest('web:1', { replicas: 2 }), flux);
    const edited = store.update('Deployment', 'shop', 'web', { manager: 'kubectl', operation: 'Update' }, (draft) => {
      draft['spec'] = { ...manifest('web:1').spec, replicas: 5 };
    });
    expect([owners(edited, 'replicas'), owners(edited, 'image')]).toEqual([['kubectl'], [flux]]);
    const corrected = store.apply('Deployment', manifest('web:1', { replicas: 2 }), flux);
    expect(owners(corrected, 'replicas')).toEqual([flux]);
    expect(corrected).toMatchObject({ metadata: { generation: 3 }, spec: { replicas: 2 } });
  });

  it('writes nothing when an applier applies the same again', () => {
    const store = createStore(() => new Date());
    store.apply('Deployment', manifest('web:1'), flux);
    store.update(
      'Deployment',
      'shop',
      'web',
      { manager: 'kube', operation: 'Update', subresource: 'status' },
      (draft) => {
        draft['status'] = { replicas: 1 };
      },
    );
    const before = store.version();
    store.apply('Deployment', manifest('web:1'), flux);
    expect(store.version()).toBe(before);
  });

  it('takes away what the applier no longer applies, but not what others own', () => {
    const store = createStore(() => new Date());
    store.apply('Deployment', manifest('web:1', { minReadySeconds: 3, replicas: 2 }), flux);
    store.update('Deployment', 'shop', 'web', { manager: 'kube', operation: 'Update' }, (draft) => {
      draft['spec'] = { ...manifest('web:1').spec, minReadySeconds: 3, replicas: 4 };
    });
    const after = store.apply('Deployment', manifest('web:1'), flux);
    expect(after['spec']).not.toHaveProperty('minReadySeconds');
    expect(after['spec']).toMatchObject({ replicas: 4 });
  });

  it('forgets events that are too old', () => {
    const store = createStore(() => new Date());
    const first = store.version();
    for (let i = 0; i < 2_001; i++) store.apply('Deployment', manifest(`web:${i}`), flux);
    expect(store.since(first)).toBeNull();
    expect(store.since(first + 1)).toHaveLength(2_000);
  });
});
