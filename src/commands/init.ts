import { resolve } from 'node:path';
import { proposeSluiceFile } from '../catalog/init/propose.ts';
import { readRepository } from '../catalog/init/repository-files.ts';
import { Refusal } from '../doors/errors.ts';
import { placesIn, readPlace } from '../gitops/places/places.ts';

/** A `sluice.yaml` for the GitOps repository in a folder, from where the command was typed; a Refusal where it shows no environment. */
export async function proposeFor(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const files = readRepository(resolve(environment['SLUICE_STARTED_IN'] ?? '.', folder));
  const proposal = await proposeSluiceFile(files, { placesIn, readPlace });
  if (proposal !== null) return proposal;
  throw new Refusal(
    `Below ${folder} no version stands in a folder that is called like an environment, or that lies in clusters/NAME. Say in sluice.yaml where versions stand; npm start -- schema shows how.`,
  );
}
