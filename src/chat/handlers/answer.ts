import type { Release } from '../../vocabulary/release.ts';
import type { MessageBody } from '../../words/blocks.ts';
import type { Command } from '../grammar.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { clustersReply } from '../views/clusters.ts';
import { helpReply } from '../views/help.ts';
import { locksReply } from '../views/holds.ts';
import { artifactsReply, queueReply } from '../views/lists.ts';
import { policiesReply } from '../views/policies.ts';
import { reviewsReply } from '../views/reviews.ts';
import { listDrift } from './drift.ts';
import { rightsOf, sayHello } from './hello.ts';
import { tellHistory } from './history.ts';
import { endHolds, setHold } from './holds.ts';
import { compare, describe, locate, oneRelease } from './lookups.ts';
import { listMutes, type MutePorts, mute, unmute } from './mutes.ts';
import { previewPolicy, typedOnPolicy } from './policy.ts';
import { reviewRelease } from './reviews.ts';
import { whatRuns, wholeWay } from './status.ts';
import { cancelRelease, castVote, takeBackVote } from './votes.ts';

type Quick = Exclude<Command, { kind: 'release' | 'rollback' | 'roll-back' | 'form' | 'policy-form' }>;

/** The private answer to every command but release and rollback. */
export async function answer(ports: MutePorts, asker: Asker, command: Quick): Promise<MessageBody> {
  switch (command.kind) {
    case 'help':
      return helpReply(command.about, ports.catalog.names(), await rightsOf(ports, asker.person.user));
    case 'hello':
      return sayHello(ports, asker, command.about);
    case 'status':
      return command.service === undefined || command.environment === undefined
        ? whatRuns(ports, scopeOf(command))
        : wholeWay(ports, command.service, command.environment);
    case 'queue':
      return queueReply(await ports.open(scopeOf(command)), ports.clock.now());
    case 'history':
      return tellHistory(ports, asker, command);
    case 'artifacts':
      return artifactsReply(
        command.service,
        await ports.catalog.artifacts(command.service, command.branch === undefined ? {} : { branch: command.branch }),
      );
    case 'policies':
      return policiesReply(ports.catalog.snapshot(), scopeOf(command));
    case 'policy-add':
    case 'policy-remove':
      return previewPolicy(ports, asker, command);
    case 'locks':
      return locksReply(await ports.holds());
    case 'lock':
    case 'freeze':
      return setHold(ports, asker, command);
    case 'mutes':
      return listMutes(ports, asker);
    case 'mute':
      return mute(ports, asker, command);
    case 'unmute':
      return unmute(ports, asker, command);
    case 'unlock':
      return endHolds(ports, asker, 'lock', scopeOf(command));
    case 'unfreeze':
      return endHolds(ports, asker, 'freeze', scopeOf(command));
    case 'drift':
      return listDrift(ports, command.environment);
    case 'clusters':
      return clustersReply(ports.overviews(), ports.clock.now());
    case 'diff': {
      const { kind: _, ...target } = command;
      return compare(ports, asker, target);
    }
    case 'where':
      return locate(ports, command.service);
    case 'describe':
      return describe(ports, command);
    case 'cancel':
      return (
        (await typedOnPolicy(ports, asker, 'withdraw', command.release)) ??
        onRelease(ports, command.release, (release) => cancelRelease(ports, asker, release))
      );
    case 'reviews':
      return reviewsReply(await ports.reviews(), ports.clock.now());
    case 'review':
      return onRelease(ports, command.release, (release) => reviewRelease(ports, asker, release, command.because));
    case 'approve':
      return (
        (await typedOnPolicy(ports, asker, 'approve', command.release)) ??
        onRelease(ports, command.release, (release) => castVote(ports, asker, release, { vote: 'approve' }))
      );
    case 'take-back':
      return onRelease(ports, command.release, (release) => takeBackVote(ports, asker, release));
    case 'reject':
      return (
        (await typedOnPolicy(ports, asker, 'reject', command.release, command.because)) ??
        onRelease(ports, command.release, (release) =>
          castVote(ports, asker, release, { vote: 'reject', because: command.because }),
        )
      );
  }
}

function scopeOf({ service, environment }: { readonly service?: string; readonly environment?: string }) {
  return { ...(service === undefined ? {} : { service }), ...(environment === undefined ? {} : { environment }) };
}

async function onRelease(
  ports: ChatPorts,
  name: string,
  act: (release: Release) => MessageBody | Promise<MessageBody>,
): Promise<MessageBody> {
  const found = await oneRelease(ports, name);
  return 'release' in found ? act(found.release) : found.body;
}
