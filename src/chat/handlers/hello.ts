import type { UserId } from '../../vocabulary/person.ts';
import { releaseIdSchema } from '../../vocabulary/release.ts';
import { escapeText, type MessageBody } from '../../words/blocks.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { helloInThread, helloReply, joinedMessage, type Rights, type SquadHere, type Told } from '../views/hello.ts';

const environmentsLookedAt = 12;

/** What somebody may do where, by `sluice.yaml` as it is now. */
export async function rightsOf(ports: ChatPorts, user: UserId): Promise<Rights> {
  const environments = ports.catalog.names().environments.slice(0, environmentsLookedAt);
  const where = async (role: 'releaser' | 'approver'): Promise<string[]> => {
    const may = await Promise.all(environments.map((environment) => ports.decision.may(user, role, { environment })));
    return environments.filter((_, index) => may[index]);
  };
  const [releases, approves, operates] = await Promise.all([
    where('releaser'),
    where('approver'),
    ports.decision.may(user, 'operator', {}),
  ]);
  const snapshot = ports.catalog.snapshot();
  const file = snapshot.kind === 'valid' ? snapshot.file : snapshot.lastGood?.file;
  const of = (role: string) => [
    ...new Set((file?.roles ?? []).filter((line) => line.role === role).flatMap((line) => line.of)),
  ];
  return {
    releases: releases.map(escapeText),
    approves: approves.map(escapeText),
    operates,
    releasers: of('releaser').map(escapeText),
    operators: of('operator').map(escapeText),
  };
}

/** The answer to a mention without words; `about` is the release of its thread. */
export async function sayHello(ports: ChatPorts, asker: Asker, about: string | undefined): Promise<MessageBody> {
  const rights = await rightsOf(ports, asker.person.user);
  const id = releaseIdSchema.safeParse(about);
  const release = id.success ? await ports.release(id.data) : null;
  return release === null ? helloReply(ports.catalog.names(), rights) : helloInThread(release, rights);
}

/** The squads that hear of their services in a channel, with those services. */
function squadsIn({ catalog }: ChatPorts, isHere: (channel: string) => boolean): readonly SquadHere[] {
  const heard = catalog.names().services.flatMap((service) => {
    const squad = catalog.squad(service);
    return squad !== null && isHere(squad.channel) ? [{ ...squad, service }] : [];
  });
  return [...Map.groupBy(heard, ({ name }) => name)].map(([squad, all]) => ({
    squad,
    services: all.map(({ service }) => service),
    tell: all[0]?.tell ?? 'failures',
  }));
}

/** What is said once in a channel that the app was invited to, by its name and id. */
export function introduction(ports: ChatPorts, channel: { readonly id: string; readonly name: string }): MessageBody {
  const names = ports.catalog.names();
  const told = names.environments.flatMap((environment) => {
    const known = ports.catalog.environment(environment)?.channel;
    return known === undefined ? [] : [{ environment, channel: known }];
  });
  const isHere = (each: string) => each === channel.id || each === `#${channel.name}`;
  const elsewhere = [...Map.groupBy(told, (each) => each.channel)].map(
    ([name, all]): Told => ({ channel: name, environments: all.map(({ environment }) => escapeText(environment)) }),
  );
  return joinedMessage(
    told.filter((each) => isHere(each.channel)).map(({ environment }) => environment),
    elsewhere,
    names,
    squadsIn(ports, isHere),
  );
}
