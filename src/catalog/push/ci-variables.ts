type Environment = Readonly<Record<string, string | undefined>>;

/** What the CI says of the build that runs; a part that it does not say is left out. */
export interface CiBuild {
  readonly commit?: string;
  /** Only where a branch itself is built: neither a tag nor a merge request, whose branch may be a fork's. */
  readonly branch?: string;
  /** Where people look at the build. */
  readonly url?: string;
}

/**
 * Reads the variables that GitHub Actions (docs.github.com, variables reference) and GitLab CI (docs.gitlab.com,
 * predefined variables) set in every job.
 */
export function readCiBuild(environment: Environment): CiBuild {
  const given = (name: string) => environment[name] || undefined;
  if (given('GITHUB_ACTIONS') !== undefined) {
    const server = given('GITHUB_SERVER_URL');
    const repository = given('GITHUB_REPOSITORY');
    const run = given('GITHUB_RUN_ID');
    const isComplete = server !== undefined && repository !== undefined && run !== undefined;
    return known({
      commit: given('GITHUB_SHA'),
      branch: /^refs\/heads\/(.+)$/.exec(given('GITHUB_REF') ?? '')?.[1],
      url: isComplete ? `${server}/${repository}/actions/runs/${run}` : undefined,
    });
  }
  if (given('GITLAB_CI') === undefined) return {};
  return known({
    commit: given('CI_COMMIT_SHA'),
    branch: given('CI_COMMIT_BRANCH'),
    url: given('CI_PIPELINE_URL'),
  });
}

function known(build: { readonly [K in keyof CiBuild]: CiBuild[K] | undefined }): CiBuild {
  const { commit, branch, url } = build;
  return {
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch }),
    ...(url === undefined ? {} : { url }),
  };
}
