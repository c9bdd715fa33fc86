import { z } from 'zod';
import { flag, paging, text } from '../arguments.ts';
import { pageOf } from '../page.ts';
import { wireGroup, wireUser } from '../wire.ts';
import { answer, type Call, fail, method } from './method.ts';

const seesEmail = ({ workspace }: Call) => workspace.installed.scopes.has('users:read.email');

const info = method({
  scope: ['users:read'],
  schema: z.object({ user: text }),
  run(args, call) {
    const { company } = call.workspace;
    const user = company.user(args.user);
    return user === undefined ? fail('user_not_found') : answer({ user: wireUser(user, company, seesEmail(call)) });
  },
});

const list = method({
  scope: ['users:read'],
  schema: z.object(paging),
  run(args, call) {
    const { company } = call.workspace;
    const users = company.users();
    const limit = args.limit === 0 ? users.length : Math.min(args.limit, 1000);
    const page = pageOf(users, ({ id }) => id, { cursor: args.cursor, limit });
    if (page === null) return fail('invalid_cursor');
    return answer({
      members: page.items.map((user) => wireUser(user, company, seesEmail(call))),
      cache_ts: 0,
      response_metadata: { next_cursor: page.next },
    });
  },
});

const lookupByEmail = method({
  scope: ['users:read.email'],
  schema: z.object({ email: text }),
  run(args, { workspace: { company } }) {
    const user = company
      .users()
      .find(({ email, deleted }) => !deleted && email?.toLowerCase() === args.email.toLowerCase());
    return user === undefined ? fail('users_not_found') : answer({ user: wireUser(user, company, true) });
  },
});

const groups = method({
  scope: ['usergroups:read'],
  schema: z.object({ include_users: flag, include_count: flag, include_disabled: flag }),
  run: (args, { workspace: { company } }) =>
    answer({ usergroups: company.groups().map((group) => wireGroup(group, company, args.include_users)) }),
});

const groupUsers = method({
  scope: ['usergroups:read'],
  schema: z.object({ usergroup: text }),
  run(args, { workspace: { company } }) {
    const group = company.group(args.usergroup);
    return group === undefined ? fail('no_such_subteam') : answer({ users: group.users });
  },
});

export const peopleMethods = {
  'users.info': info,
  'users.list': list,
  'users.lookupByEmail': lookupByEmail,
  'usergroups.list': groups,
  'usergroups.users.list': groupUsers,
};
