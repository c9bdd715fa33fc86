import { z } from 'zod';
import { isSafeAddress } from './doors/safe-address.ts';
import { secretSchema } from './doors/secret.ts';

const servicesSchema = z
  .array(z.string().regex(/^[a-z0-9*?-]{1,63}$/, 'the name of a service, or a pattern such as mail-*'))
  .min(1)
  .meta({ examples: [['web', 'mail-*']] });

const boundTokenSchema = z.strictObject({
  token: secretSchema.describe('The bearer token'),
  services: servicesSchema.describe('The only services that it may post for; * and ? as in policies'),
});

const addressSchema = z.string().refine(isSafeAddress, 'an address with https:// (http:// on this machine alone)');

const jobSchema = z
  .strictObject({
    issuer: addressSchema
      .describe('Who signs the tokens of CI jobs, exactly as their claim iss says it')
      .meta({ examples: ['https://token.actions.githubusercontent.com'] }),
    audience: z
      .string()
      .min(1)
      .max(500)
      .describe('What the claim aud holds: the job asks for a token for Sluice alone')
      .meta({ examples: ['https://sluice.example.com'] }),
    jwks: addressSchema.optional().describe('Where its keys are; default: what its openid-configuration says'),
    services: servicesSchema.optional().describe('The only services that it may post for; * and ? as in policies'),
    claims: z
      .record(z.string().min(1).max(100), z.string().min(1).max(500))
      .describe('What each claim has to be; {service}, {branch} and {commit} stand for those of the artifact')
      .meta({ examples: [{ repository: 'acme/{service}', ref: 'refs/heads/{branch}' }] }),
  })
  .superRefine(({ services, claims }, context) => {
    const say = (message: string) => context.addIssue({ code: 'custom', path: ['claims'], message });
    const templates = Object.values(claims);
    const stranger = templates
      .flatMap((template) => template.match(/\{[^}]*\}?/g) ?? [])
      .find((each) => !['{service}', '{branch}', '{commit}'].includes(each));
    if (stranger !== undefined)
      say(`${JSON.stringify(stranger.slice(0, 40))} is not a placeholder, expected {service}, {branch} or {commit}`);
    if (!templates.some((template) => template.includes('{branch}')))
      say('expected a claim that holds the branch, so that no job claims another; example: ref: refs/heads/{branch}');
    if (!Object.keys(claims).some((name) => !aboutCommit.includes(name)))
      say('expected a claim that holds whose job it is; example: repository: acme/{service}');
    if (services === undefined && !templates.some((template) => template.includes('{service}')))
      say('expected {service} in a claim, or services; example: repository: acme/{service}');
    if (claims['ref'] === '{branch}' && claims['ref_type'] !== 'branch')
      say('a tag may have the name of a branch; expected ref_type: branch beside ref: "{branch}"');
  });

/** Claims of GitHub and GitLab that say which commit is built, but not whose. */
const aboutCommit = ['ref', 'ref_type', 'ref_protected', 'sha'];

/** Who may say what was built; without it `/artifacts` is closed. */
export const artifactSettingsSchema = z
  .strictObject({
    token: secretSchema.optional().describe('Bearer token for the artifacts of every service'),
    tokens: z.array(boundTokenSchema).max(1_000).default([]).describe('Bearer tokens for some services each'),
    oidc: z.array(jobSchema).max(1_000).default([]).describe('CI jobs that prove who they are by a token of their CI'),
  })
  .refine(({ token, tokens, oidc }) => token !== undefined || tokens.length + oidc.length > 0, {
    message: 'expected token, tokens or oidc; example: token: { env: ARTIFACT_TOKEN }',
  })
  .describe('Who may post to /artifacts what was built; without it the route is closed');
export type ArtifactSettings = z.infer<typeof artifactSettingsSchema>;

/** The same with its secrets read. */
export interface ArtifactCallers {
  readonly tokens: readonly {
    readonly token: string;
    /** Names and patterns; undefined: all. */
    readonly services?: readonly string[] | undefined;
  }[];
  readonly jobs?: readonly TrustedJob[];
}

export type TrustedJob = z.infer<typeof jobSchema>;
