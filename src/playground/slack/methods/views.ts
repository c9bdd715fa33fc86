import { z } from 'zod';
import { json, text } from '../arguments.ts';
import { viewProblems } from '../block-limits.ts';
import { wireView } from '../view-interactions.ts';
import type { OpenView } from '../views.ts';
import { type Answer, answer, type Call, fail, method } from './method.ts';

function refused(view: unknown, kind: 'modal' | 'home'): Answer | null {
  const problems = viewProblems(view, kind);
  if (problems.length === 0) return null;
  const messages = problems.map((problem) => `[ERROR] ${problem}`);
  return fail('invalid_arguments', { response_metadata: { messages } });
}

function shown(opened: OpenView | { readonly error: string }, { workspace: { company } }: Call): Answer {
  return 'error' in opened ? fail(opened.error) : answer({ view: wireView(opened, company, {}) });
}

const fromTrigger = (how: 'open' | 'push') =>
  method({
    scope: [],
    schema: z.object({ trigger_id: text, view: json }),
    run({ trigger_id, view }, call) {
      const { triggers, views } = call.workspace;
      const problem = refused(view, 'modal');
      if (problem !== null) return problem;
      const trigger = triggers.exchange(trigger_id);
      if ('error' in trigger) return fail(trigger.error);
      return shown(views[how](trigger.user, view), call);
    },
  });

const update = method({
  scope: [],
  schema: z.object({ view_id: text, view: json, hash: text.optional() }),
  run: ({ view_id, view, hash }, call) =>
    refused(view, 'modal') ?? shown(call.workspace.views.update(view_id, view, hash), call),
});

const publish = method({
  scope: [],
  schema: z.object({ user_id: text, view: json, hash: text.optional() }),
  run({ user_id, view, hash }, call) {
    const { company, views } = call.workspace;
    const user = company.user(user_id);
    if (user === undefined || user.is_bot) return fail('invalid_arguments');
    return refused(view, 'home') ?? shown(views.publish(user_id, view, hash), call);
  },
});

export const viewMethods = {
  'views.open': fromTrigger('open'),
  'views.push': fromTrigger('push'),
  'views.update': update,
  'views.publish': publish,
};
